/// Why an adapter cannot be merged.
public enum MergeError: Error, Hashable {
    /// The base's weight is stored in 4 bits, where a merge would lose what was learned.
    case quantizedBase(folder: String, tensor: String)
    case targetNotEmpty(String)
    case notFinite(tensor: String)
}
