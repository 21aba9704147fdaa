import Foundation
import Synchronization

/// A server for HTTP on a port of this machine while the value lives: raw sockets, and a thread for each connection.
public final class LoopbackServer: Sendable {
    /// What a handler wants done with a request.
    public struct Answer: Sendable {
        public var status = 200
        public var headers: [(String, String)] = []
        public var body = Data()
        /// Sends only so many bytes of the body, then ends the connection; the length that is told is that of the whole.
        public var cutAfter: Int?
        /// Waits in silence before anything is sent.
        public var silence: Double = 0
        /// Waits in silence in the middle of the body.
        public var stall: Double = 0
        /// Ends the connection without a word.
        public var hangsUp = false
        /// Without telling how long it is; the end of the connection ends the body.
        public var tellsLength = true

        public init(_ status: Int = 200, _ headers: [(String, String)] = [], _ body: Data = Data()) {
            (self.status, self.headers, self.body) = (status, headers, body)
        }

        public init(_ status: Int = 200, _ headers: [(String, String)] = [], text: String) {
            self.init(status, headers, Data(text.utf8))
        }

        public static var hangingUp: Answer {
            var answer = Answer()
            answer.hangsUp = true
            return answer
        }
    }

    /// A request as it arrived.
    public struct Request: Sendable {
        public let method: String
        /// With the query, as it was written.
        public let target: String
        /// Names in lower case.
        public let headers: [String: String]
        public let body: Data

        public var path: String { String(target.prefix { $0 != "?" }) }
        public var line: String { "\(method) \(target)" }
    }

    public let port: Int
    public var url: URL { URL(string: "http://127.0.0.1:\(port)")! }
    private let listener: Int32
    private let heard = Heard()

    private final class Heard: Sendable {
        let requests = Mutex<[Request]>([])
    }

    /// Every request so far, in the order they were read.
    public var requests: [Request] { heard.requests.withLock { $0 } }
    public func forgetRequests() { heard.requests.withLock { $0 = [] } }

    /// - Parameter answer: asked on the thread of each connection.
    public init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
        signal(SIGPIPE, SIG_IGN)
        let door = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                bind(door, place, size) == 0 && listen(door, 128) == 0 && getsockname(door, place, &size) == 0
            }
        }
        guard status, fcntl(door, F_SETFD, FD_CLOEXEC) == 0 else { throw CannotListen(code: errno) }
        port = Int(UInt16(bigEndian: address.sin_port))
        listener = door
        let heard = heard
        Thread.detachNewThread {
            while true {
                let connection = accept(door, nil, nil)
                guard connection >= 0 else {
                    // closed by who waits at it: elsewhere, its number could by then be another server's
                    close(door)
                    return
                }
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                Thread.detachNewThread {
                    Self.converse(connection) { request in
                        heard.requests.withLock { $0.append(request) }
                        return answer(request)
                    }
                    close(connection)
                }
            }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    private struct CannotListen: Error { let code: Int32 }

    private static func converse(_ connection: Int32, _ answer: (Request) -> Answer) {
        var buffer = Data()
        while let request = read(connection, &buffer) {
            guard send(answer(request), to: request, over: connection) else { return }
        }
    }

    private static func read(_ connection: Int32, _ buffer: inout Data) -> Request? {
        let end = Data("\r\n\r\n".utf8)
        while buffer.range(of: end) == nil { guard receive(connection, &buffer) else { return nil } }
        guard let range = buffer.range(of: end) else { return nil }
        let lines = String(decoding: buffer[..<range.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        buffer = Data(buffer[range.upperBound...])
        let words = lines[0].split(separator: " ").map(String.init)
        guard words.count == 3 else { return nil }
        let headers = Dictionary(
            lines.dropFirst().compactMap { line -> (String, String)? in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                return (line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
            }, uniquingKeysWith: { _, last in last })
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while buffer.count < length { guard receive(connection, &buffer) else { return nil } }
        let body = Data(buffer.prefix(length))
        buffer = Data(buffer.dropFirst(length))
        return Request(method: words[0], target: words[1], headers: headers, body: body)
    }

    private static func receive(_ connection: Int32, _ buffer: inout Data) -> Bool {
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(connection, &piece, piece.count, 0)
        guard count > 0 else { return false }
        buffer.append(contentsOf: piece[..<count])
        return true
    }

    /// - Returns: whether the connection stays open.
    private static func send(_ answer: Answer, to request: Request, over connection: Int32) -> Bool {
        if answer.silence > 0 { Thread.sleep(forTimeInterval: answer.silence) }
        guard !answer.hangsUp else { return false }
        var head = "HTTP/1.1 \(answer.status) Status\r\n"
        for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
        let tellsLength = answer.tellsLength && !answer.headers.contains { $0.0.lowercased() == "content-length" }
        if tellsLength { head += "Content-Length: \(answer.body.count)\r\n" }
        if !answer.tellsLength { head += "Connection: close\r\n" }
        guard write(Data((head + "\r\n").utf8), connection) else { return false }
        guard request.method != "HEAD" else { return true }
        let whole = answer.body.prefix(answer.cutAfter ?? answer.body.count)
        let half = answer.stall > 0 ? whole.count / 2 : whole.count
        guard write(Data(whole.prefix(half)), connection) else { return false }
        if answer.stall > 0 {
            Thread.sleep(forTimeInterval: answer.stall)
            guard write(Data(whole.dropFirst(half)), connection) else { return false }
        }
        return answer.cutAfter == nil && answer.tellsLength
    }

    private static func write(_ data: Data, _ connection: Int32) -> Bool {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
