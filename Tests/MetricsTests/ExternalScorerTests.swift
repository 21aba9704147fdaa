import Faults
import Foundation
import TestSupport
import Testing

@testable import Metrics

@Suite struct ExternalScorerTests {
    private let answers = (1...3).map {
        WrittenAnswer(line: $0 * 2, expected: "wanted \($0)", predicted: "a \"quoted\"\nanswer \($0)")
    }

    private func scores(_ command: String, seconds: Int = 60, in folder: URL? = nil) throws -> [Double] {
        try ExternalScorer(in: folder).scores(of: answers, by: ExternalScorer.Command(command, seconds: seconds))
    }

    private func failure(_ command: String, seconds: Int = 60) -> ExternalScorerError? {
        #expect(throws: ExternalScorerError.self) { try scores(command, seconds: seconds) }
    }

    @Test func eachLineIsAResult() throws {
        #expect(try scores("echo 0.25; echo true; echo '{\"score\": 1, \"why\": \"x\"}'") == [0.25, 1, 1])
        #expect(try scores("printf '0\\r\\n\\nfalse\\n1e-1'") == [0, 0, 0.1])
    }

    @Test func rowsAreGivenInTheirOrder() throws {
        let folder = try TemporaryFolder()
        #expect(try scores("tee rows.jsonl | sed 's/.*/1/'", in: folder.url) == [1, 1, 1])
        let text = try String(contentsOf: folder.url.appending(path: "rows.jsonl"), encoding: .utf8)
        #expect(text.split(separator: "\n").count == 3)
        #expect(text.hasPrefix(#"{"row":0,"line":2,"expected":"wanted 1","predicted":"a \"quoted\"\nanswer 1"}"# + "\n"))
    }

    @Test func aCommandThatReadsNothingIsNotWaitedFor() throws {
        let many = (0..<20_000).map { WrittenAnswer(line: $0, expected: "x", predicted: String(repeating: "y", count: 20)) }
        let scores = try ExternalScorer().scores(of: many, by: ExternalScorer.Command("yes 0.5 | head -n 20000"))
        #expect(scores == [Double](repeating: 0.5, count: 20_000))
    }

    @Test func failuresSayWhatTheCommandSaid() throws {
        #expect(failure("echo no model here >&2; exit 3")?.reason == .died(.exited(3)))
        #expect(failure("echo no model here >&2; exit 3")?.said == "no model here")
        #expect(failure("kill -9 $$")?.reason == .died(.killed(9)))
        #expect(failure("echo 1; echo 1")?.reason == .wrongCount(results: 2, rows: 3))
        #expect(failure("echo 1; echo 1; echo 1; echo 1")?.reason == .wrongCount(results: 4, rows: 3))
        #expect(failure("echo 1; echo good; echo 1")?.reason == .garbage(result: 2, text: "good"))
        #expect(failure("echo 1; echo 1.5; echo 1")?.reason == .garbage(result: 2, text: "1.5"))
        #expect(failure("echo 1; echo nan; echo 1")?.reason == .garbage(result: 2, text: "nan"))
        #expect(failure("/no/such/program")?.reason == .died(.exited(127)))
        #expect(failure("yes 1")?.reason == .endless)
        let long = try #require(failure("seq 100000 >&2; exit 1"))
        #expect(long.said.count <= 400 && long.said.hasSuffix("100000"))
        #expect(long.explanation.what.hasPrefix("The scorer failed with status 1"))
    }

    @Test func whatHangsIsStoppedWithAllThatItStarted() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: ExternalScorerError.self) {
            try scores("sleep 300 & echo $! > child; wait", seconds: 1, in: folder.url)
        }
        #expect(error?.reason == .hung(seconds: 1))
        let child = try String(contentsOf: folder.url.appending(path: "child"), encoding: .utf8)
        let id = try #require(Int32(child.trimmingCharacters(in: .whitespacesAndNewlines)))
        // what is killed dies when it is next given a core, and may then wait to be collected by whoever adopts it
        let end = ContinuousClock.now + .seconds(30)
        func state() -> Substring? {
            (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8))?.split(separator: " ").dropFirst(2).first
        }
        while let state = state(), state != "Z", ContinuousClock.now < end { usleep(20_000) }
        #expect([nil, "Z"].contains(state()))
    }

    @Test func whoeverAsksMayStopIt() throws {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try ExternalScorer().scores(of: answers, by: ExternalScorer.Command("sleep 300")) { throw Stop() }
        }
    }
}
