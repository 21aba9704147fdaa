/// Why a batch cannot be computed.
public enum ModelError: Error, Hashable {
    /// A token or label that the vocabulary does not have.
    case outsideVocabulary(token: Int32, row: Int, position: Int, vocabularySize: Int)
    /// An adapter made for other shapes than the model's.
    case foreignAdapter(module: String)
    case emptyPrompt
}
