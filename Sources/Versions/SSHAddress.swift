import Foundation

/// A bare repository on a host that is reached by SSH.
public struct SSHAddress: Sendable, Hashable, CustomStringConvertible {
    public let user: String
    public let host: String
    public let port: Int
    /// Absolute, or relative to the user's home there.
    public let path: String

    /// `ssh://[user@]host[:port]/path` or `[user@]host:path`; nil for anything else.
    init?(_ text: String, user: String) {
        if text.hasPrefix("ssh://") {
            guard let parts = URLComponents(string: text), let host = parts.host, parts.password == nil, parts.path.count > 1
            else {
                return nil
            }
            self.init(user: parts.user ?? user, host: host, port: parts.port ?? 22, path: parts.path)
        } else {
            guard let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/") else { return nil }
            let place = text[..<colon].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            self.init(
                user: place.count == 2 ? place[0] : user, host: place.last ?? "", port: 22,
                path: String(text[text.index(after: colon)...]))
        }
    }

    private init?(user: String, host: String, port: Int, path: String) {
        guard let first = host.first, first != "-", !user.isEmpty, user.first != "-", !path.isEmpty else { return nil }
        // what the far side's shell would take for an option, or more than a name
        guard path.first != "-", !path.contains(where: { $0 == "'" || $0.isNewline || $0 == "\0" }) else { return nil }
        (self.user, self.host, self.port, self.path) = (user, host, port, path)
    }

    public var description: String {
        if port == 22 || !path.hasPrefix("/") { return "\(user)@\(host):\(path)" }
        return "ssh://\(user)@\(host):\(port)\(path)"
    }

    /// As libgit2 takes it.
    var gitAddress: String { path.hasPrefix("/") ? "ssh://\(user)@\(host):\(port)\(path)" : "\(user)@\(host):\(path)" }
}
