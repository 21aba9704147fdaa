/// Why a file cannot be read as a tar archive.
public enum TarError: Error, Hashable {
    /// What stands there is neither an entry nor the end.
    case notATar(offset: Int)
    case truncated(offset: Int)
    case badHeader(path: String)
    /// A link, a device or an extension of some program.
    case unsupported(path: String, type: UInt8)
    /// A path that is absolute or leads upward.
    case unsafePath(String)
}
