import Tensors

/// Why a batch cannot be computed, or a model not be trained or written.
public enum ModelError: Error, Hashable {
    /// A token or label that the vocabulary does not have.
    case outsideVocabulary(token: Int32, row: Int, position: Int, vocabularySize: Int)
    /// An adapter made for other shapes than the model's.
    case foreignAdapter(module: String)
    case emptyPrompt
    /// The weights of a 4-bit folder are what rounding left of them, and cannot be trained.
    case quantizedBase(folder: String, tensor: String)
    /// A base that is to be read layer by layer, but lies in no file in the form that is computed with.
    case cannotStream(folder: String)
    /// A weight that has outgrown the numbers it should be stored in.
    case overflows(tensor: String, type: FloatType)
}
