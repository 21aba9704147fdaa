import Faults
import Foundation
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import HTTP

/// What was waited for, instead of waiting.
final class Pauses: Sendable {
    private let waited = Mutex<Duration>(.zero)
    var total: Duration { waited.withLock { $0 } }

    var settings: HTTPSettings {
        var settings = HTTPSettings()
        settings.pause = { [self] duration in waited.withLock { $0 += duration } }
        settings.stallTimeout = .seconds(1)
        return settings
    }
}

/// Counts from 1.
final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func next() -> Int {
        count.withLock {
            $0 += 1; return $0
        }
    }
}

@Suite struct HTTPClientTests {
    private let pauses = Pauses()

    private func reply(_ url: URL, authorization: String? = nil, limit: Int = 1 << 20) throws -> HTTPReply {
        try HTTPClient(pauses.settings).reply(to: HTTPRequest(.get, url, authorization: authorization), limit: limit)
    }

    @Test func aReplyIsStatusHeadersAndBody() throws {
        let server = try LoopbackServer { request in
            .init(200, [("ETag", "\"abc\"")], text: "\(request.method) \(request.target) \(request.headers["user-agent"] ?? "")")
        }
        let reply = try reply(server.url.appending(path: "a b"))
        #expect(reply.body == Data("GET /a%20b lora-keeper".utf8))
        #expect(reply.head["etag"] == "\"abc\"")
        #expect(reply.head.length == reply.body.count)
    }

    @Test func aPostSendsItsBody() throws {
        let server = try LoopbackServer { .init(text: "\($0.method) \($0.headers["content-type"] ?? "") \($0.body.count)") }
        let text = "{\"text\": \"" + String(repeating: "x", count: 100_000) + "\"}"
        let reply = try HTTPClient(pauses.settings).reply(to: .post(json: text, to: server.url))
        #expect(String(decoding: reply.body, as: UTF8.self) == "POST application/json \(text.utf8.count)")
        #expect(server.requests.first?.body == Data(text.utf8))
    }

    @Test func aHeadHasNoBody() throws {
        let server = try LoopbackServer { _ in .init(200, [("X-Linked-Size", "12")], text: "nothing of this") }
        let head = try HTTPClient(pauses.settings).reply(to: HTTPRequest(.head, server.url))
        #expect(head.body.isEmpty)
        #expect(head.head["x-linked-size"] == "12")
    }

    @Test func authorizationStaysWithItsOrigin() throws {
        let other = try LoopbackServer { .init(text: $0.headers["authorization"] ?? "none") }
        let server = try LoopbackServer { request in
            switch request.path {
            case "/away": .init(302, [("Location", "\(other.url)/there")])
            case "/near": .init(307, [("Location", "/here")])
            default: .init(text: request.headers["authorization"] ?? "none")
            }
        }
        let near = try reply(server.url.appending(path: "near"), authorization: "Bearer secret")
        #expect(near.body == Data("Bearer secret".utf8))
        #expect(near.head.url.path == "/here")
        #expect(try reply(server.url.appending(path: "away"), authorization: "Bearer secret").body == Data("none".utf8))
        #expect(other.requests.count == 1)
        #expect(!other.requests.contains { $0.headers.values.contains { $0.contains("secret") } })
    }

    @Test(arguments: ["ftp://example.org/x", "file:///etc/passwd", "http://"])
    func aRedirectToElsewhereThanTheWebIsRefused(target: String) throws {
        let server = try LoopbackServer { _ in .init(302, [("Location", target)]) }
        #expect(throws: HTTPError.badRedirect(from: server.url, to: target)) { try reply(server.url) }
    }

    @Test func aCircleOfRedirectsEnds() throws {
        let server = try LoopbackServer { _ in .init(302, [("Location", "/again")]) }
        #expect(throws: HTTPError.tooManyRedirects(server.url.appending(path: "again"))) { try reply(server.url) }
    }

    @Test func whatMayPassIsAskedAgain() throws {
        let count = Counter()
        let server = try LoopbackServer { _ in
            switch count.next() {
            // on a new connection: that a kept one has ended is libcurl's own to mend
            case 1: .hangingUp
            case 2: .init(503)
            case 3: .init(429, [("Retry-After", "7")], text: "{\"error\": \"slowly\"}")
            default: .init(text: "well")
            }
        }
        #expect(try reply(server.url).body == Data("well".utf8))
        #expect(pauses.total == .seconds(1 + 2 + 7))
    }

    @Test(arguments: [400, 401, 403, 404, 410, 501])
    func whatWillNotPassIsNot(status: Int) throws {
        let server = try LoopbackServer { _ in .init(status, [], text: "{\"error\": {\"message\": \"No such thing.\"}}") }
        let failure = try #require(throws: HTTPError.self) { try reply(server.url) }
        #expect(failure.refusal?.status == status)
        #expect(failure.refusal?.message == "No such thing")
        #expect(server.requests.count == 1)
    }

    @Test func patienceEnds() throws {
        let server = try LoopbackServer { _ in .init(500) }
        #expect(throws: HTTPError.self) { try reply(server.url) }
        #expect(server.requests.count == 5)
        #expect(pauses.total == .seconds(1 + 2 + 4 + 8))
    }

    @Test func aServerThatAsksForAnHourIsNotWaitedFor() throws {
        let server = try LoopbackServer { _ in .init(429, [("Retry-After", "3600")]) }
        let failure = try #require(throws: HTTPError.self) { try reply(server.url) }
        #expect(failure.explanation.next == "Wait 3600 s, and run the command again.")
        #expect(server.requests.count == 1)
    }

    @Test func aCutConnectionIsNoWholeReply() throws {
        let server = try LoopbackServer { _ in
            var answer = LoopbackServer.Answer(text: "only the half of it")
            answer.cutAfter = 8
            return answer
        }
        let failure = try #require(throws: HTTPError.self) { try reply(server.url) }
        guard case .cut = failure else { return #expect(Bool(false), "\(failure)") }
        #expect(server.requests.count == 5)
    }

    @Test func silenceEndsAnAttempt() throws {
        let count = Counter()
        let server = try LoopbackServer { _ in
            var answer = LoopbackServer.Answer(text: "late but well")
            answer.stall = count.next() == 1 ? 4 : 0
            return answer
        }
        #expect(try reply(server.url).body == Data("late but well".utf8))
        #expect(count.value == 2)
    }

    @Test func aReplyHasALimit() throws {
        let server = try LoopbackServer { _ in .init(200, [], Data(count: 5000)) }
        #expect(throws: HTTPError.tooLarge(server: server.url.server, limit: 4096)) { try reply(server.url, limit: 4096) }
    }

    @Test func nobodyThereIsToldSoon() throws {
        var server: LoopbackServer? = try LoopbackServer { _ in .init() }
        let url = try #require(server?.url)
        server = nil
        let failure = try #require(throws: HTTPError.self) { try reply(url) }
        #expect(failure.isUnreachable)
        #expect(pauses.total == .seconds(1))
    }

    @Test func aRequestToStopEndsTheWaiting() throws {
        let server = try LoopbackServer { _ in .init(503) }
        var settings = pauses.settings
        settings.isStopped = { true }
        let client = try HTTPClient(settings)
        #expect(throws: HTTPError.stopped) { try client.reply(to: HTTPRequest(.get, server.url)) }
    }

    @Test func noHeaderIsSmuggledIn() throws {
        let server = try LoopbackServer { .init(text: $0.headers["x-evil"] ?? "none") }
        let request = HTTPRequest(.get, server.url, headers: [HTTPHeader("X-A", "b\r\nX-Evil: yes")])
        #expect(try HTTPClient(pauses.settings).reply(to: request).body == Data("none".utf8))
    }

    @Test func momentsAreReadInHTTPsForm() {
        // date -u -d 'Sun, 06 Nov 1994 08:49:37 GMT' +%s
        #expect(RetryAfter.moment("Sun, 06 Nov 1994 08:49:37 GMT")?.timeIntervalSince1970 == 784_111_777)
        #expect(
            RetryAfter.duration("Sun, 06 Nov 1994 08:49:37 GMT", now: Date(timeIntervalSince1970: 784_111_770)) == .seconds(7))
        #expect(RetryAfter.duration("soon", now: Date()) == nil)
        #expect(RetryAfter.duration("-3", now: Date()) == nil)
    }
}
