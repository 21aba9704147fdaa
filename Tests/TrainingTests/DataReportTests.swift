import Foundation
import StrictJSON
import Testing

@testable import Training

@Suite struct DataReportTests {
    /// Pre-tokenized rows need no tokenizer, so the counting can be tested alone.
    private let encoder = RowEncoder(
        tokenizer: nil, vocabularySize: 1_000, maxLength: 12, completionOnlyLoss: true, chatDate: CalendarDay("2024-07-26")!)

    private func line(_ input: [Int], _ answer: [Int]) -> String {
        let labels = input.map { _ in -100 } + answer
        return #"{"input_ids": \#(input + answer), "labels": \#(labels)}"#
    }

    private func dataset(_ lines: [String]) throws -> Dataset {
        try Dataset(DataFile(path: "rows.jsonl", text: Data(lines.joined(separator: "\n").utf8)), encoder: encoder)
    }

    @Test func eachRowIsCountedUnderItsFirstFinding() throws {
        let heldOut = try DataFile(path: "held.jsonl", text: Data(line([7, 8, 9], [1]).utf8)).rows
        let report = DataReport(
            try dataset([
                line([101, 102, 103, 104, 105, 106, 107, 108], [2]),  // 1 counts
                line([101, 102, 103, 104, 105, 106, 107, 108], [2]),  // 2 repeats 1
                #"{"input_ids": []}"#,  // 3 is empty
                line([1, 2, 3], []),  // 4 has no answer
                line(Array(200..<211), [3, 4]),  // 5 loses its last token
                line(Array(300..<315), [3]),  // 6 loses its answer
                line([7, 8, 9], [2]),  // 7 leaks
                line([101, 102, 103, 104, 105, 106, 107, 109], [2]),  // 8 is nearly 1
                line([101, 102, 103, 104, 105, 106, 107, 108], [5]),  // 9 contradicts 1 and counts
            ]), heldOut: heldOut)
        #expect(
            report.findings == [
                .exactDuplicate: [2], .empty: [3], .unlabelled: [4], .overLong: [5, 6], .leaked: [7], .nearDuplicate: [8],
            ])
        #expect(report.effectiveRows == 2)
        #expect(report.trainableRows == 5)
        #expect(report.truncatedRows == 2)
        #expect(report.conflicts.map(\.lines) == [[1, 2, 9]])
        // Rows 1, 2, 8 and 9 have nine tokens, one of them learned; row 5 twelve and one.
        #expect(report.tokens == 4 * 9 + 12)
        #expect(report.supervisedTokens == 5)
    }

    @Test func noRowThatTheHeldOutSetKnowsIsTrainedOn() throws {
        let long = Array(300..<311)
        let heldOut = try DataFile(
            path: "held.jsonl", text: Data([line([7, 8, 9], [1]), line(long, [1])].joined(separator: "\n").utf8))
        let whole = try dataset([line([1, 2, 3], [2]), line([7, 8, 9], [2]), line(long, [3, 4])])
        let report = DataReport(whole, heldOut: heldOut.rows)
        // Row 3 is too long, which is what it counts as, and known to the held-out set all the same.
        #expect(report.findings == [.leaked: [2], .overLong: [3]])
        #expect(report.leakedLines == [2, 3])
        #expect(report.trainableRows == 1)
        let rest = whole.leavingOut(report.leakedLines)
        #expect(rest.examples.map(\.line) == [1])
        #expect(rest.leftOutRows == 2)
        #expect(rest.digest != whole.digest, "a checkpoint of other rows is not gone on with")
        let nothing = whole.leavingOut([1, 2, 3])
        let error = try #require(throws: DataError.self) { try nothing.requireExamples() }
        #expect(error.reason == .allLeftOut(rows: 3))
    }

    @Test func lengthsAreSummedUpBeforeTruncation() throws {
        let report = DataReport(try dataset((1...20).map { line([$0], Array(1...$0)) }))
        #expect(report.lengths.minimum == 2)
        #expect(report.lengths.median == 11)
        #expect(report.lengths.percentile95 == 20)
        #expect(report.lengths.maximum == 21)
        #expect(report.lengths.mean == 11.5)
    }

    @Test func aDatasetWithoutSupervisedTokensIsAnError() throws {
        let error = try #require(throws: DataError.self) { try dataset([line([1, 2], []), #"{"input_ids": []}"#]) }
        #expect(error.reason == .nothingSupervised(rows: 2))
    }

    @Test func aTokenOutsideTheVocabularyIsNamedByItsLine() throws {
        let error = try #require(throws: DataError.self) { try dataset([line([1], [2]), line([1], [1_000])]) }
        #expect(error == DataError(.tokenOutOfVocabulary(id: 1_000, vocabularySize: 1_000), file: "rows.jsonl", line: 2))
    }
}
