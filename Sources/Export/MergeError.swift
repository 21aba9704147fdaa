/// Why an adapter cannot be merged.
public enum MergeError: Error, Hashable {
    case targetNotEmpty(String)
    /// A folder that may be replaced, but that no merge wrote.
    case targetForeign(String)
    /// - Parameter isTemporary: whether the folder is the one for temporary files.
    case noRoom(folder: String, needed: Int, free: Int, isTemporary: Bool)
    /// Another process merges into the same folder.
    case busy(String)
    /// A way of merging that this base and this adapter do not have.
    case impossible(MergeCandidate, possible: [MergeCandidate])
    /// No row has a token that is supervised.
    case nothingToMeasure(String)
}
