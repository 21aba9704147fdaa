import DurableFiles
import Faults
import Foundation
import HTTP
import StrictJSON
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import Endpoints

/// A server that speaks as OpenAI's does and answers `q17` with `a17`, after whatever trouble it makes first.
final class ModelServer: Sendable {
    /// By question, how often it was asked, and how often answered.
    private struct Counts {
        var asked: [String: Int] = [:]
        var answered: [String: Int] = [:]
    }

    private final class Book: Sendable {
        let counts = Mutex(Counts())
    }

    private let book = Book()
    let server: LoopbackServer

    /// - Parameter trouble: what is answered instead, by the question and how often it was asked before.
    init(
        _ trouble: @escaping @Sendable (_ question: String, _ before: Int) -> LoopbackServer.Answer? = { _, _ in nil }
    ) throws {
        let book = book
        server = try LoopbackServer { request in
            guard request.path == "/v1/chat/completions" || request.path == "/v1/completions" else { return .init(404) }
            guard let body = try? JSONValue(parsing: request.body),
                let question = body["prompt"]?.stringValue ?? body["messages"]?.arrayValue?.last?["content"]?.stringValue
            else { return .init(400, [], text: "{\"error\": {\"message\": \"no question\"}}") }
            let before = book.counts.withLock { counts in
                defer { counts.asked[question, default: 0] += 1 }
                return counts.asked[question, default: 0]
            }
            if let answer = trouble(question, before) { return answer }
            book.counts.withLock { $0.answered[question, default: 0] += 1 }
            let text: JSONValue = .string(question.replacing("q", with: "a"))
            let choice: JSONValue = body["prompt"] == nil ? ["message": ["role": "assistant", "content": text]] : ["text": text]
            return .init(text: JSONValue.object(JSONObject([("choices", .array([choice]))])).text())
        }
    }

    var asked: [String: Int] { book.counts.withLock { $0.asked } }
    var answered: [String: Int] { book.counts.withLock { $0.answered } }

    static func refusal(_ status: Int, _ headers: [(String, String)] = []) -> LoopbackServer.Answer {
        .init(status, headers, text: "{\"error\": {\"message\": \"told so\"}}")
    }
}

@Suite struct EndpointMeasuringTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var book: URL { folder.url.appending(path: "book.jsonl") }

    private func measuring(_ server: ModelServer, concurrency: Int = 8, key: String? = nil) throws -> EndpointMeasuring {
        var http = HTTPSettings()
        http.pause = { Thread.sleep(forTimeInterval: min($0 / .seconds(1), 0.002)) }
        http.stallTimeout = .milliseconds(500)
        http.retries.attempts = 8
        return EndpointMeasuring(
            try Endpoint("\(server.server.url)/v1/", model: "tiny", key: key), exactly: http, concurrency: concurrency)
    }

    private func questions(_ count: Int) -> [EndpointQuestion] {
        (0..<count).map { EndpointQuestion(.messages([["role": "user", "content": .string("q\($0)")]]), longestAnswer: 8) }
    }

    private func run(
        _ server: ModelServer, rows: Int, concurrency: Int = 8, conditions: JSONValue = "same",
        progress: (Int) throws -> Void = { _ in }
    ) throws -> [EndpointAnswer] {
        try measuring(server, concurrency: concurrency).run(
            questions(rows), as: .chat, book: book, conditions: conditions, progress: progress, finish: { $0 })
    }

    /// Fails, hangs up, talks nonsense, asks for patience and stalls, each on some rows and once or several times.
    private static func troubled() throws -> ModelServer {
        try ModelServer { question, before in
            let row = Int(question.dropFirst()) ?? 0
            switch row % 20 {
            case 1 where before < 2: return .init(500)
            case 3 where before < 1: return .hangingUp
            case 5 where before < 3: return ModelServer.refusal(429, [("Retry-After", "1")])
            case 7 where before < 1: return .init(text: "<html>busy</html>")
            case 9 where before < 1: return .init(text: "{\"choices\": []}")
            case 11 where before < 1:
                var answer = LoopbackServer.Answer(text: "{\"choices\": [{\"message\": {\"content\": \"a\(row)\"}}]}")
                answer.cutAfter = 20
                return answer
            case 13 where row % 100 == 13 && before < 1:
                var answer = LoopbackServer.Answer(text: "{\"choices\": [{\"message\": {\"content\": \"late\"}}]}")
                answer.stall = 3
                return answer
            case 15 where before < 1: return ModelServer.refusal(503)
            default: return nil
            }
        }
    }

    @Test func aThousandRowsEachCountOnce() throws {
        let server = try Self.troubled()
        let answers = try run(server, rows: 1000, concurrency: 16)
        #expect(answers.map(\.row) == Array(0..<1000))
        #expect(answers.allSatisfy { $0.text == "a\($0.row)" && $0.refusal == nil })
        #expect(server.answered.count == 1000)
        #expect(server.answered.values.allSatisfy { $0 == 1 })
        print("\(answers.count) rows, \(server.asked.values.reduce(0, +)) requests")
        #expect(!FileManager.default.fileExists(atPath: book.path), "what is kept elsewhere is not kept twice")
    }

    @Test func aServerOfPagesIsNoServerOfModels() throws {
        let server = try ModelServer { _, _ in .init(text: "<html>hello</html>") }
        #expect(throws: EndpointError.incompatible(server: server.server.url.server)) { try run(server, rows: 3) }
    }

    @Test func whatWasCutOffGoesOn() throws {
        struct Stop: Error {}
        let server = try Self.troubled()
        for limit in [150, 400, 700] {
            #expect(throws: Stop.self) { try run(server, rows: 1000) { if $0 >= limit { throw Stop() } } }
            // as a killed process leaves it
            let handle = try FileHandle(forWritingTo: book)
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("{\"row\": 3, \"te".utf8))
            try handle.close()
        }
        var first: Int?
        let answers = try run(server, rows: 1000) { if first == nil { first = $0 } }
        #expect(first ?? 0 >= 700)
        #expect(answers.map(\.row) == Array(0..<1000))
        #expect(answers.allSatisfy { $0.text == "a\($0.row)" })
        // an answer that was under way when it was stopped may be asked for again, and no other
        #expect(server.answered.values.reduce(0, +) <= 1000 + 3 * 8)
    }

    @Test func otherConditionsBeginAnew() throws {
        struct Stop: Error {}
        let server = try ModelServer()
        #expect(throws: Stop.self) { try run(server, rows: 50) { if $0 >= 20 { throw Stop() } } }
        var first: Int?
        _ = try run(server, rows: 50, conditions: "other") { if first == nil { first = $0 } }
        #expect(first ?? 50 < 20)
    }

    @Test func aBookThatWasTamperedWithIsReadAsFarAsItIsOne() throws {
        let server = try ModelServer()
        let lines = [
            "\"same\"", "{\"row\":1,\"text\":\"a1\",\"refusal\":null}", "{\"row\":1,\"text\":\"other\",\"refusal\":null}",
            "{\"row\":99,\"text\":\"x\",\"refusal\":null}", "{\"row\":2,\"text\":\"never read\",\"refusal\":null}",
        ]
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: book)
        let answers = try run(server, rows: 10)
        #expect(answers.map(\.text) == (0..<10).map { "a\($0)" })
        #expect(server.answered["q1"] == nil && server.answered["q2"] == 1)
    }

    @Test func aFailureThatDoesNotPassEndsItAndKeepsTheRest() throws {
        let server = try ModelServer { question, before in question == "q30" && before == 0 ? ModelServer.refusal(401) : nil }
        let failure = try #require(throws: HTTPError.self) { try run(server, rows: 100, concurrency: 1) }
        #expect(failure.refusal?.status == 401)
        #expect(server.answered.count == 30)
        _ = try run(server, rows: 100, concurrency: 1)
        #expect(server.answered.count == 100 && server.answered.values.allSatisfy { $0 == 1 })
    }

    @Test func aRowThatTheServerCannotTakeIsWrongNotLost() throws {
        let server = try ModelServer { question, _ in question == "q7" ? ModelServer.refusal(400) : nil }
        let answers = try run(server, rows: 20, concurrency: 1)
        #expect(answers[7].refusal == "told so")
        #expect(answers.count { $0.refusal == nil } == 19)
    }

    @Test func aServerThatTakesNothingIsNotMeasured() throws {
        let server = try ModelServer { _, _ in ModelServer.refusal(400) }
        for rows in [3, 100] {
            #expect(throws: EndpointError.refusesAll(server: server.server.url.server, message: "told so")) {
                try run(server, rows: rows, concurrency: 1)
            }
        }
        #expect(server.asked.values.reduce(0, +) < 30)
    }

    @Test func twoAtOnceDoNotMix() throws {
        let server = try ModelServer()
        let other = try AnswerBook(book, conditions: "same", rows: 10)
        #expect(throws: EndpointError.busy(book.path)) { try run(server, rows: 10) }
        withExtendedLifetime(other) {}
    }

    @Test func theKeyGoesAlongAndTheQuestionIsPutInTheServersForm() throws {
        let server = try ModelServer()
        let question = EndpointQuestion(.text("q1"), instruction: "Be short.", longestAnswer: 8)
        let measuring = try measuring(server, key: "secret")
        #expect(try measuring.form(for: question) == .completions)
        let request = try #require(server.server.requests.last)
        #expect(request.headers["authorization"] == "Bearer secret")
        let body = try JSONValue(parsing: request.body)
        #expect(body["model"] == "tiny" && body["temperature"] == 0 && body["max_tokens"] == 8)
        #expect(body["prompt"] == "Be short.\n\nq1")
        let onlyChat = try LoopbackServer { $0.path == "/v1/completions" ? .init(404) : .init(text: "{}") }
        let endpoint = try Endpoint("\(onlyChat.url)", model: "tiny", key: nil)
        #expect(try EndpointMeasuring(endpoint, http: HTTPSettings(), concurrency: 1).form(for: question) == .chat)
    }

    @Test func aServerWithoutTheModelIsAskedWhichItHas() throws {
        let server = try LoopbackServer { request in
            request.path == "/v1/models"
                ? .init(text: #"{"data": [{"id": "tinny"}]}"#) : .init(404, [], text: #"{"error": {"message": "no"}}"#)
        }
        let endpoint = try Endpoint("\(server.url)", model: "tiny", key: nil)
        let expected = EndpointError.unknownModel("tiny", server: server.url.server, known: ["tinny"], nearest: "tinny")
        #expect(throws: expected) {
            try EndpointMeasuring(endpoint, http: HTTPSettings(), concurrency: 2).run(
                (0..<3).map { EndpointQuestion(.text("q\($0)"), longestAnswer: 8) }, as: .chat,
                book: folder.url.appending(path: "book"), conditions: "same", progress: { _ in }, finish: { _ in })
        }
    }

    @Test(arguments: ["", "localhost", "ftp://x/v1", "http://x/v1?a=b", "http://"])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(throws: HTTPError.self) { try Endpoint(text, model: "m", key: nil) }
    }
}
