import Foundation
import StrictJSON

/// Asks servers, follows where they lead, and asks again where that may help; for one thread at a time.
public final class HTTPClient {
    public let settings: HTTPSettings
    private let connection: HTTPConnection

    private static let redirectLimit = 10
    /// Of a refusal's body, and of what is kept of it.
    private static let refusalLimit = 1 << 24
    private static let messageLimit = 1 << 16

    /// - Throws: `HTTPError.noLibrary`.
    public init(_ settings: HTTPSettings = HTTPSettings()) throws(HTTPError) {
        self.settings = settings
        connection = try HTTPConnection()
    }

    /// A small reply, asked for again where its failure may pass.
    ///
    /// - Parameter limit: of the body, in bytes.
    /// - Throws: `HTTPError`, `.refused` for every status but 2xx.
    public func reply(to request: HTTPRequest, limit: Int = 1 << 20) throws -> HTTPReply {
        try settings.retrying { try replyOnce(to: request, limit: limit) }
    }

    /// As `reply`, in one attempt.
    public func replyOnce(to request: HTTPRequest, limit: Int = 1 << 20) throws -> HTTPReply {
        var body = Data()
        let head = try stream(request, total: settings.replyTimeout) { _ in
            body = Data()
        } body: { bytes in
            guard body.count + bytes.count <= limit else {
                throw HTTPError.tooLarge(server: request.url.server, limit: limit)
            }
            body.append(contentsOf: bytes)
        }
        return HTTPReply(head: head, body: body)
    }

    /// One attempt at a reply of any size.
    ///
    /// - Parameter total: the longest it may take; nil without limit.
    /// - Parameter hear: the head of what succeeded, before its body.
    /// - Parameter follow: hears each reply that leads elsewhere.
    /// - Throws: `HTTPError`, or what one of the functions throws.
    @discardableResult
    public func stream(
        _ request: HTTPRequest, total: Duration? = nil, follow: @escaping (HTTPHead) throws -> Void = { _ in },
        hear: @escaping (HTTPHead) throws -> Void, body: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> HTTPHead {
        var request = request
        for _ in 0...Self.redirectLimit {
            var (isWanted, complaint, size) = (false, Data(), 0)
            guard request.url.origin != nil else { throw HTTPError.badURL(request.url.absoluteString) }
            let head = try connection.perform(request, settings, total: total) { head in
                isWanted = head.isSuccess
                if isWanted { try hear(head) }
            } body: { bytes in
                if isWanted { return try body(bytes) }
                size += bytes.count
                guard size <= Self.refusalLimit else {
                    throw HTTPError.tooLarge(server: request.url.server, limit: Self.refusalLimit)
                }
                complaint.append(contentsOf: bytes.prefix(Self.messageLimit - complaint.count))
            }
            if head.isSuccess { return head }
            guard let next = try request.following(head) else {
                throw HTTPError.refused(HTTPRefusal(head, complaint, now: Date()))
            }
            try follow(head)
            request = next
        }
        throw HTTPError.tooManyRedirects(request.url)
    }
}

extension HTTPRequest {
    /// The request where a reply leads to; nil when it leads nowhere.
    ///
    /// - Throws: `HTTPError.badRedirect`.
    fileprivate func following(_ head: HTTPHead) throws(HTTPError) -> HTTPRequest? {
        guard let location = head.location else { return nil }
        // what was posted is sent again only where the server asks for just that
        guard method != .post || [303, 307, 308].contains(head.status) else { return nil }
        guard let target = URL(string: location, relativeTo: url)?.absoluteURL, let origin = target.origin,
            !(url.scheme?.lowercased() == "https" && target.scheme?.lowercased() == "http")
        else { throw HTTPError.badRedirect(from: url, to: location) }
        var next = self
        next.url = target
        if head.status == 303, method == .post { (next.method, next.body) = (.get, nil) }
        if origin != url.origin { next.authorization = nil }
        return next
    }
}

extension HTTPRefusal {
    fileprivate init(_ head: HTTPHead, _ body: Data, now: Date) {
        let asked = head["retry-after"].flatMap { RetryAfter.duration($0, now: now) }
        self.init(head, message: Self.message(head, body), retryAfter: asked)
    }

    /// The first line of what the server says, shortened, in `X-Error-Message`, in JSON's `error`, or as it is.
    private static func message(_ head: HTTPHead, _ body: Data) -> String? {
        let text = head["x-error-message"] ?? words(body)
        let line = text?.split(whereSeparator: \.isNewline).first.map { String($0.prefix(300)) }
        return line.flatMap { $0.isEmpty ? nil : $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
    }
}

extension HTTPRefusal {
    /// `{"error": "…"}`, `{"error": {"message": "…"}}` or `{"message": "…"}`; a page of HTML says nothing to whom it is not meant for.
    private static func words(_ body: Data) -> String? {
        do throws(JSONError) {
            let json = try JSONValue(parsing: body)
            let words = json["error"]?["message"] ?? json["error"] ?? json["message"] ?? json["detail"]
            return words?.stringValue
        } catch {
            let text = String(decoding: body.prefix(300), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            return text.hasPrefix("<") ? nil : text
        }
    }
}
