/// Why a checkpoint cannot be gone on from.
public enum CheckpointError: Error, Hashable {
    public enum Input: String, Sendable, Hashable {
        case plan, base, data, parent
    }

    /// It belongs to a run of another plan, base, data set or parent adapter.
    case otherRun(Input, folder: String)
    /// The manifest is not what we write.
    case unreadableManifest(file: String)
    case missingFile(String, folder: String)
    /// The bytes are not those that were saved.
    case damagedFile(String, folder: String)
}
