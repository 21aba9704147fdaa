import Foundation

/// Where another repository is.
public enum RemoteAddress: Sendable, Hashable, CustomStringConvertible {
    /// A bare repository on a mounted path.
    case folder(URL)
    /// One on another machine.
    case ssh(SSHAddress)

    /// A path, relative to a folder or absolute, a `file://` address, or one of SSH: `ssh://user@host[:port]/path` or `user@host:path`.
    ///
    /// - Throws: `RemoteError.unsupported` for what is neither.
    public init(_ text: String, relativeTo folder: URL) throws(RemoteError) {
        if let url = URL(string: text), let scheme = url.scheme, scheme.count > 1 {
            guard scheme != "file" else {
                self = .folder(url.absoluteURL)
                return
            }
            guard scheme == "ssh" || !text.contains("://"), let address = SSHAddress(text, user: NSUserName()) else {
                throw .unsupported(text)
            }
            self = .ssh(address)
            return
        }
        // HOST:PATH is how git writes an address of SSH
        if let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/") {
            guard let address = SSHAddress(text, user: NSUserName()) else { throw .unsupported(text) }
            self = .ssh(address)
            return
        }
        self = .folder(URL(filePath: text, relativeTo: folder).absoluteURL)
    }

    public var description: String {
        switch self {
        case .folder(let url): url.path
        case .ssh(let address): address.description
        }
    }

    /// - Throws: `RemoteError.noRepository` and its like when nothing that could take part is there.
    func open() throws -> any RemoteRepository {
        switch self {
        case .folder(let url): try RemoteFolder(url)
        case .ssh(let address): try RemoteHost(address, SSHKeys(home: FileManager.default.homeDirectoryForCurrentUser))
        }
    }
}
