import Foundation

/// What is asked of a server.
public struct HTTPRequest: Sendable, Hashable {
    public enum Method: String, Sendable, Hashable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
    }

    public var method: Method
    public var url: URL
    public var headers: [HTTPHeader]
    /// The value of `Authorization`, which goes to the origin of `url` alone, never to where a redirect leads.
    public var authorization: String?
    public var body: Data?

    public init(
        _ method: Method = .get, _ url: URL, headers: [HTTPHeader] = [], authorization: String? = nil, body: Data? = nil
    ) {
        (self.method, self.url, self.headers) = (method, url, headers)
        (self.authorization, self.body) = (authorization, body)
    }

    /// A text of JSON that is posted.
    public static func post(json text: String, to url: URL, authorization: String? = nil) -> HTTPRequest {
        HTTPRequest(
            .post, url, headers: [HTTPHeader("Content-Type", "application/json")], authorization: authorization,
            body: Data(text.utf8))
    }
}

public struct HTTPHeader: Sendable, Hashable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

/// Status and headers of a reply.
public struct HTTPHead: Sendable, Hashable {
    public let status: Int
    /// In the order they came.
    public let headers: [HTTPHeader]
    /// Who answered, after redirects.
    public let url: URL

    public init(status: Int, headers: [HTTPHeader], url: URL) { (self.status, self.headers, self.url) = (status, headers, url) }

    /// The first header of the name, in upper or lower case.
    public subscript(name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }

    public var isSuccess: Bool { (200..<300).contains(status) }

    /// What `Content-Length` says of a whole body.
    public var length: Int? { self["content-length"].flatMap { Int($0) } }

    /// Where a redirect leads; nil when this is none.
    var location: String? { [301, 302, 303, 307, 308].contains(status) ? self["location"] : nil }
}

/// A reply whose body was small enough to hold.
public struct HTTPReply: Sendable, Hashable {
    public let head: HTTPHead
    public let body: Data

    public init(head: HTTPHead, body: Data) { (self.head, self.body) = (head, body) }
}

extension URL {
    /// Scheme, host and port in one spelling; nil for what is no address of the web.
    public var origin: String? {
        guard let scheme = scheme?.lowercased(), let host = host()?.lowercased(), !host.isEmpty else { return nil }
        guard let standard = ["http": 80, "https": 443][scheme] else { return nil }
        return "\(scheme)://\(host):\(port ?? standard)"
    }

    /// The host and what of the port is unusual, for messages.
    public var server: String { (host() ?? absoluteString) + (port.map { ":\($0)" } ?? "") }
}
