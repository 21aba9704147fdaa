import Foundation

/// What hears a reply piece by piece.
final class HTTPListener {
    static func of(_ context: UnsafeMutableRawPointer?) -> HTTPListener {
        guard let context else { preconditionFailure("the listener goes along with every call") }
        return Unmanaged<HTTPListener>.fromOpaque(context).takeUnretainedValue()
    }

    private static let headerLimit = 1 << 18

    private let url: URL
    private let settings: HTTPSettings
    private let hear: (HTTPHead) throws -> Void
    private let body: (UnsafeRawBufferPointer) throws -> Void
    private var status: Int?
    private var headers: [HTTPHeader] = []
    private var size = 0
    private var isTold = false
    /// Bytes that went either way, and when that was last more.
    private var bytes = 0
    private var lastMoved = ContinuousClock.now
    private(set) var failure: (any Error)?

    init(
        url: URL, _ settings: HTTPSettings, hear: @escaping (HTTPHead) throws -> Void,
        body: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) {
        (self.url, self.settings, self.hear, self.body) = (url, settings, hear, body)
    }

    var head: HTTPHead? { status.map { HTTPHead(status: $0, headers: headers, url: url) } }

    func header(_ line: UnsafeRawBufferPointer) -> Int32 {
        guarding {
            size += line.count
            guard size <= Self.headerLimit else { throw HTTPError.tooLarge(server: url.server, limit: Self.headerLimit) }
            let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            if text.hasPrefix("HTTP/") {
                // that of a proxy or of 100 Continue comes before
                status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
                headers = []
            } else if let colon = text.firstIndex(of: ":") {
                let value = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                headers.append(HTTPHeader(String(text[..<colon]), value))
            }
        }
    }

    func piece(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        guarding {
            try tell()
            try body(bytes)
        }
    }

    /// - Returns: other than 0 once nobody wants the reply any more, or nothing has come for too long.
    func moved(_ count: Int) -> Int32 {
        guarding {
            guard !settings.isStopped() else { throw HTTPError.stopped }
            let now = ContinuousClock.now
            if count > bytes { (bytes, lastMoved) = (count, now) }
            // looking the name up and connecting have their own limit
            let limit = settings.stallTimeout + (bytes == 0 ? settings.connectTimeout : .zero)
            guard now - lastMoved > limit else { return }
            let seconds = settings.stallTimeout.components.seconds
            throw HTTPError.stalled(server: url.server, reason: "nothing came for \(seconds) s")
        }
    }

    func tell() throws {
        guard !isTold, let head else { return }
        isTold = true
        try hear(head)
    }

    private func guarding(_ body: () throws -> Void) -> Int32 {
        do {
            try body()
            return 0
        } catch {
            failure = error
            return 1
        }
    }
}
