import Foundation

/// Where another repository is.
public enum RemoteAddress: Sendable, Hashable, CustomStringConvertible {
    /// A bare repository on a mounted path.
    case folder(URL)

    /// A path, relative to a folder or absolute, or a `file://` address.
    ///
    /// - Throws: `RemoteError.unsupported` for what is neither.
    public init(_ text: String, relativeTo folder: URL) throws(RemoteError) {
        if let url = URL(string: text), let scheme = url.scheme, scheme.count > 1 {
            guard scheme == "file" else { throw .unsupported(text) }
            self = .folder(url.absoluteURL)
            return
        }
        // HOST:PATH is how git writes an address of SSH
        if let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/") { throw .unsupported(text) }
        self = .folder(URL(filePath: text, relativeTo: folder).absoluteURL)
    }

    public var description: String {
        switch self {
        case .folder(let url): url.path
        }
    }

    /// - Throws: `RemoteError.noRepository` and its like when nothing that could take part is there.
    func open() throws -> any RemoteRepository {
        switch self {
        case .folder(let url): try RemoteFolder(url)
        }
    }
}
