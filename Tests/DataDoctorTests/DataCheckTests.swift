import Foundation
import StrictJSON
import TestSupport
import Testing
import Tokenizers
import Training

@testable import DataDoctor

@Suite("The doctor's findings, each with its lines")
struct DataCheckTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func file(_ name: String, _ lines: [String], end: String = "\n") throws -> URL {
        let file = folder.url.appending(path: name)
        try Data(lines.joined(separator: "\n").appending(end).utf8).write(to: file)
        return file
    }

    private func row(_ prompt: String, _ answer: String, _ more: String = "") -> String {
        #"{"prompt": "\#(prompt)", "completion": "\#(answer)"\#(more)}"#
    }

    private func lines(_ check: DataCheck, _ kind: DataFinding.Kind, heldOut: Bool = false) -> [Int] {
        check.findings.first { $0.kind == kind && $0.isHeldOut == heldOut }?.lines ?? []
    }

    @Test func allBadLinesAreCountedAndTheRestIsRead() throws {
        let check = try DataCheck(
            file("a.jsonl", ["{\"prompt\": 1}", "", row("What is 2+2?", "4"), "{", "[1]", "{\"a\": 1}", row("And 3+3?", "6")]))
        #expect(lines(check, .badLine) == [1, 4, 5, 6])
        #expect(check.data.rows.count == 2)
        #expect(check.data.lines == 6)
        #expect(!check.passes)
        #expect(check.report.effectiveRows == 2)
    }

    @Test func rowsAreHeldAgainstOneAnotherAndAgainstTheHeldOutOnes() throws {
        let long = "The printer in the hall on the second floor shows a red light and prints no page at all since Monday"
        let data = try file(
            "train.jsonl",
            [
                row(long, "devices"), row(long, "devices"), row(long + "!", "devices"), row("My invoice is wrong", "billing"),
                row("my  invoice is WRONG", "access"), row("The relay is down", "network"),
                row("Nobody can reach the yard through the tunnel since the last update, please help us", "network"),
                row("", ""), row("Where is my parcel?", "  "),
            ])
        let heldOut = try file(
            "held.jsonl",
            [
                row("the relay is down", "network"),
                row("Nobody can reach the yard through the tunnel since the last update, please help us!", "network"),
            ])
        let check = try DataCheck(data, heldOut: heldOut)
        #expect(lines(check, .exactDuplicate) == [2])
        #expect(lines(check, .nearDuplicate) == [3])
        #expect(lines(check, .conflict) == [4, 5])
        #expect(lines(check, .leakedExactly) == [6])
        #expect(lines(check, .leakedNearly) == [7])
        #expect(lines(check, .empty) == [8])
        #expect(lines(check, .unlabelled) == [9])
        #expect(!check.passes)
        #expect(check.report.effectiveRows == 3)
        #expect(check.examination.standings[2].twin == 0)
        #expect(check.examination.standings[6].leak == 1)
    }

    @Test func aGroupMayNotStandOnBothSides() throws {
        let data = try file(
            "g.jsonl",
            [row("a question", "1", #", "meta": {"customer": 7}"#), row("another one", "2", #", "meta": {"customer": 8}"#)])
        let heldOut = try file("h.jsonl", [row("something else", "3", #", "meta": {"customer": 8}"#)])
        let check = try DataCheck(data, heldOut: heldOut, group: "meta.customer")
        #expect(lines(check, .leakedGroup) == [2])
        #expect(throws: DoctorError.unknownKey("client", file: data.path)) {
            try DataCheck(data, heldOut: heldOut, group: "client")
        }
    }

    @Test func labelsThatAreRareOrUnknownAreTold() throws {
        let data = try file(
            "l.jsonl", (0..<60).map { row("ticket number \($0 * 7919)", $0 == 0 ? "rare" : $0 % 2 == 0 ? "a" : "b") })
        let check = try DataCheck(data, heldOut: file("k.jsonl", [row("what now", "c"), row("and then", "a")]))
        #expect(check.labels?.labels.map(\.rows) == [30, 29, 1])
        #expect(lines(check, .rareLabel) == [1])
        #expect(lines(check, .unseenLabel, heldOut: true) == [1])
        #expect(check.passes)
    }

    @Test func nothingSecretLeavesTheDoctor() throws {
        let secret = "ghp_" + "q7Zt2LmX9vKc4RbW1nHs8YpD5gJf3QaE6uTk"
        let check = try DataCheck(file("s.jsonl", [row("use \(secret) here", "done"), row("write to jane@orbivo.io", "sent")]))
        #expect(lines(check, .credential) == [1])
        #expect(lines(check, .personalData) == [2])
        #expect(check.data.sightings.map(\.column) == [17, 22])
        #expect(!check.json.text().contains("q7Zt2LmX9"))
        #expect(!check.json.text().contains("jane"))
        #expect(!check.passes)
    }

    @Test func linesAreReadAcrossPiecesOfTheFile() throws {
        let rows = (0..<30_000).map { row("question \($0) " + String(repeating: "\($0 % 7)", count: 300), "answer \($0)") }
        let check = try RowCheck().check(file("big.jsonl", rows, end: ""))
        #expect(check.rows.count == 30_000)
        #expect((0..<30_000).allSatisfy { check.rows.line($0) == $0 + 1 })
    }

    // MARK: With a base

    private func base(maxLength: Int = 64) throws -> DoctorBase {
        let tokenizer = try Tokenizer(folder: Fixture.golden("tiny-llama3-rope"))
        let encoder = RowEncoder(
            tokenizer: tokenizer, vocabularySize: tokenizer.vocabularySize, maxLength: maxLength, completionOnlyLoss: true,
            chatDate: CalendarDay("2024-07-26")!)
        return DoctorBase(name: "tiny", encoder: encoder, tokenizer: tokenizer, maxLength: maxLength, endTokens: [])
    }

    @Test func templateFaultsOfTokenizedRowsAreFound() throws {
        let base = try base()
        let end = try #require(base.tokenizer.specialTokens.eos?.id)
        let begin = try #require(base.tokenizer.specialTokens.bos?.id)
        let check = try DataCheck(
            file(
                "t.jsonl",
                [
                    #"{"input_ids": [\#(begin), 10, 11, \#(end)], "labels": [-100, -100, 11, \#(end)]}"#,
                    #"{"input_ids": [\#(begin), 12, 13], "labels": [-100, -100, 13]}"#,
                    #"{"input_ids": [\#(begin), 14, 15, \#(end)], "labels": [-100, -100, 15, -100]}"#,
                    #"{"input_ids": [\#(begin), \#(begin), 16, \#(end)], "labels": [-100, -100, 16, \#(end)]}"#,
                    #"{"input_ids": [\#(begin), 17, \#(end)], "labels": [-100, -100, -100]}"#,
                ]), base: base)
        #expect(lines(check, .missingEnd) == [2])
        #expect(lines(check, .maskedEnd) == [3])
        #expect(lines(check, .doubleBeginning) == [4])
        #expect(lines(check, .unlabelled) == [5])
        #expect(check.report.supervisedTokens == 2 + 1 + 1 + 2)
    }

    @Test func rolesThatNoTemplateKnowsAreFoundInBothForms() throws {
        let check = try DataCheck(
            file(
                "r.jsonl",
                [
                    #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}"#,
                    #"{"messages": [{"role": "User", "content": "a"}, {"role": "assistant", "content": "b"}]}"#,
                    #"{"conversations": [{"from": "robot", "value": "a"}]}"#,
                ]))
        #expect(lines(check, .unknownRole) == [2, 3])
        #expect(lines(check, .badLine) == [3])
    }

    @Test func theDoctorCountsAsTheReportBeforeTraining() throws {
        let base = try base(maxLength: 24)
        let rows = (0..<40).map { row("question \($0 % 31) of many", String(repeating: "ab ", count: $0 % 12)) }
        let data = try file("same.jsonl", rows)
        let heldOut = try file("same-held.jsonl", [row("question 3 of many", "x"), row("nothing alike", "y")])
        let check = try DataCheck(data, heldOut: heldOut, base: base)
        let report = DataReport(
            try Dataset(DataFile(contentsOf: data), encoder: base.encoder), heldOut: try DataFile(contentsOf: heldOut).rows)
        #expect(check.report == report)
        #expect(report.findings.count >= 3)
    }
}
