import Foundation

/// Why an exchange over HTTP failed, or its reply cannot be used.
public enum HTTPError: Error, Hashable {
    case noLibrary(reason: String)
    case badURL(String)
    /// No server was found, or none answers there.
    case unreachable(server: String, reason: String)
    /// The server does not prove who it is.
    case insecure(server: String, reason: String)
    /// No byte came for so long.
    case stalled(server: String, reason: String)
    /// The connection ended before the reply did.
    case cut(server: String, reason: String)
    case failed(server: String, reason: String)
    /// A reply larger than any that can be meant.
    case tooLarge(server: String, limit: Int)
    case tooManyRedirects(URL)
    /// A redirect to what is no address of the web, or from an encrypted one to a plain one.
    case badRedirect(from: URL, to: String)
    case refused(HTTPRefusal)
    /// On request.
    case stopped
}

/// A reply that says no.
public struct HTTPRefusal: Error, Hashable {
    public let head: HTTPHead
    /// What the server says in words; nil when it does not.
    public let message: String?
    /// How long it asks to be left alone.
    public let retryAfter: Duration?

    public init(_ head: HTTPHead, message: String?, retryAfter: Duration? = nil) {
        (self.head, self.message, self.retryAfter) = (head, message, retryAfter)
    }

    public var url: URL { head.url }
    public var status: Int { head.status }
}

extension HTTPError {
    /// Whether the same request may succeed a little later.
    public var isTransient: Bool {
        switch self {
        case .unreachable, .stalled, .cut: true
        case .refused(let refusal): refusal.isTransient
        default: false
        }
    }

    /// Whether nobody was reached at all, as without a network.
    public var isUnreachable: Bool { if case .unreachable = self { true } else { false } }

    /// Whether somebody was reached who then kept silent.
    public var isStalled: Bool { if case .stalled = self { true } else { false } }

    public var refusal: HTTPRefusal? { if case .refused(let refusal) = self { refusal } else { nil } }
}

extension HTTPRefusal {
    public var isTransient: Bool { status == 408 || status == 429 || (500...599).contains(status) && status != 501 }
}
