import CCurl
import Foundation

/// A connection that stays open from one exchange to the next, for one thread at a time.
final class HTTPConnection {
    private let handle: UnsafeMutableRawPointer

    /// - Throws: `HTTPError.noLibrary`.
    init() throws(HTTPError) {
        if let reason = lora_http_missing() { throw HTTPError.noLibrary(reason: String(cString: reason)) }
        guard let handle = lora_http_open() else { throw HTTPError.noLibrary(reason: "no memory") }
        self.handle = handle
    }

    deinit { lora_http_close(handle) }

    /// One exchange; redirects are replies like others.
    ///
    /// - Parameter total: the longest it may take; nil without limit.
    /// - Parameter hear: the head, once, before any of the body.
    func perform(
        _ request: HTTPRequest, _ settings: HTTPSettings, total: Duration?, hear: @escaping (HTTPHead) throws -> Void,
        body: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> HTTPHead {
        let listener = HTTPListener(url: request.url, settings, hear: hear, body: body)
        var reason = [CChar](repeating: 0, count: Int(LORA_HTTP_REASON_SIZE))
        let outcome = Self.with(request, settings, total) { asked in
            var ears = lora_http_listener(
                context: Unmanaged.passUnretained(listener).toOpaque(),
                header: { context, line, count in
                    HTTPListener.of(context).header(UnsafeRawBufferPointer(start: line, count: count))
                },
                body: { context, bytes, count in
                    HTTPListener.of(context).piece(UnsafeRawBufferPointer(start: bytes, count: count))
                },
                moved: { context, bytes in HTTPListener.of(context).moved(Int(bytes)) })
            return withExtendedLifetime(listener) { lora_http_perform(handle, &asked, &ears, &reason) }
        }
        if let failure = listener.failure { throw failure }
        let words = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try Self.check(outcome, of: request.url, words)
        // without a body nobody has asked for the head yet
        try listener.tell()
        guard let head = listener.head else { throw HTTPError.cut(server: request.url.server, reason: "it sent no reply") }
        return head
    }

    private static func check(_ outcome: lora_http_outcome, of url: URL, _ reason: String) throws(HTTPError) {
        let server = url.server
        switch outcome {
        case LORA_HTTP_DONE: return
        case LORA_HTTP_STOPPED: throw .stopped
        case LORA_HTTP_BAD_URL: throw .badURL(url.absoluteString)
        case LORA_HTTP_UNREACHABLE: throw .unreachable(server: server, reason: reason)
        case LORA_HTTP_INSECURE: throw .insecure(server: server, reason: reason)
        case LORA_HTTP_STALLED: throw .stalled(server: server, reason: reason)
        case LORA_HTTP_CUT: throw .cut(server: server, reason: reason)
        default: throw .failed(server: server, reason: reason)
        }
    }

    /// Hands over the request in C's form, whose texts live as long as the call.
    private static func with(
        _ request: HTTPRequest, _ settings: HTTPSettings, _ total: Duration?,
        _ body: (inout lora_http_request) -> lora_http_outcome
    ) -> lora_http_outcome {
        let lines = request.lines(settings).map { strdup($0) }
        defer { lines.forEach { free($0) } }
        let pointers = lines.map { UnsafePointer($0) }
        return request.url.absoluteString.withCString { url in
            request.method.rawValue.withCString { method in
                pointers.withUnsafeBufferPointer { headers in
                    (request.body ?? Data()).withUnsafeBytes { bytes in
                        let empty = UnsafeRawPointer(method)
                        var asked = lora_http_request(
                            url: url, method: method, headers: headers.baseAddress, header_count: headers.count,
                            body: request.body == nil ? nil : bytes.baseAddress ?? empty, body_size: bytes.count,
                            connect_milliseconds: settings.connectTimeout.milliseconds,
                            total_milliseconds: total?.milliseconds ?? 0)
                        return body(&asked)
                    }
                }
            }
        }
    }
}

extension HTTPRequest {
    /// Sent as they are: a line's end within a value would begin another header, so what follows it is left out.
    fileprivate func lines(_ settings: HTTPSettings) -> [String] {
        let own = [HTTPHeader("User-Agent", settings.userAgent)] + (authorization.map { [HTTPHeader("Authorization", $0)] } ?? [])
        let lines = (own + headers).map { "\($0.name): \($0.value)" }
            .map { line in String(line.unicodeScalars.prefix { $0 != "\r" && $0 != "\n" && $0 != "\0" }) }
        // libcurl would wait for leave to send a large body
        return lines + ["Expect:"]
    }
}

extension Duration {
    fileprivate var milliseconds: Int { Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000) }
}
