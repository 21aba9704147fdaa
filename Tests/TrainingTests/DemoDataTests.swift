import Foundation
import StrictJSON
import TestSupport
import Testing
import Tokenizers

@testable import Training

/// The demo's rows, whose dirt was planted and counted by the script that made them.
@Suite struct DemoDataTests {
    private static let registry = Fixture.root.deletingLastPathComponent().deletingLastPathComponent().appending(path: "registry")
    private static let data = registry.appending(path: "data/ticket-router")

    /// The declaration's own max_length.
    private func maxLength() throws -> Int {
        let text = try String(contentsOf: Self.registry.appending(path: "adapters/ticket-router.yaml"), encoding: .utf8)
        return try #require(text.firstMatch(of: /max_length: (\d+)/).flatMap { Int($0.1) })
    }

    private func report() throws -> DataReport {
        let encoder = RowEncoder(
            tokenizer: try Tokenizer(folder: Self.registry.appending(path: "models/tiny-prose")), vocabularySize: 1 << 20,
            maxLength: try maxLength(), completionOnlyLoss: true, chatDate: CalendarDay("2024-07-26")!)
        let train = try Dataset(DataFile(contentsOf: Self.data.appending(path: "train.jsonl")), encoder: encoder)
        return DataReport(train, heldOut: try DataFile(contentsOf: Self.data.appending(path: "held_out.jsonl")).rows)
    }

    @Test func theReportFindsExactlyWhatWasPlanted() throws {
        let card = try JSONValue(contentsOf: Self.data.appending(path: "planted.json"))
        let planted = try #require(card["planted"]?.objectValue)
        let report = try report()
        let names: [DataReport.Finding: String] = [
            .empty: "empty", .unlabelled: "unlabelled", .overLong: "over_long", .leaked: "leaked",
            .exactDuplicate: "exact_duplicates", .nearDuplicate: "near_duplicates",
        ]
        for finding in DataReport.Finding.allCases {
            let name = try #require(names[finding])
            #expect(report.count(finding) == planted[name]?.intValue, "\(name)")
        }
        #expect(report.conflicts.count == planted["conflicts"]?.intValue)
        #expect(report.rows == card["train_rows"]?.intValue)
        #expect(report.effectiveRows == card["effective_rows"]?.intValue)
    }
}
