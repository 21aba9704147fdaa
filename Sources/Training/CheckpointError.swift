/// Why a checkpoint cannot be gone on from.
public enum CheckpointError: Error, Hashable {
    public enum Input: String, Sendable, Hashable {
        case plan, base, data, parent
        case heldOut = "held_out"
    }

    /// It belongs to a run of another plan, base, data set or parent adapter.
    case otherRun(Input, folder: String)
    /// It was trained on other kernels, which add in another order: going on would not give the bytes of either.
    case otherKernels(saved: String, current: String, folder: String)
    /// The manifest is not what we write.
    case unreadableManifest(file: String)
    case missingFile(String, folder: String)
    /// The bytes are not those that were saved.
    case damagedFile(String, folder: String)
}
