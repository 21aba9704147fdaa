import Foundation
import TestSupport
import Testing
import Training

@testable import Lifecycle

/// What a method reaches of a full fine-tune.
@Suite struct MethodComparisonTests {
    private func comparison(_ full: HeldOutQuality, metric: EvaluationMetric?) throws -> MethodComparison {
        let folder = try TemporaryFolder()
        let report = folder.url.appending(path: "full.json")
        let measured = RunMeasurement(trainedParameters: 7, tokens: 90, seconds: 3, peakMemory: 5, keptBytes: 11)
        try Data(#"{"digest": "sha256:0", "measured": \#(measured.json.text())}"#.utf8).write(to: report)
        let conclusion: String =
            #"{"reason": "max_steps", "because": "Done.", "step": 4, "best": null, "last": null, "proposed_rank": null, "precursor": null}"#
        try Data(
            #"{"stateful_callbacks": {"RunRule": {"attributes": {"conclusion": \#(conclusion)}}}}"#.utf8
        ).write(to: folder.url.appending(path: "trainer_state.json"))
        let read = try MethodReport(reading: report, of: folder.url)
        #expect(read.measurement == measured && read.measurement.tokensPerSecond == 30)
        let entry = MethodComparison.Entry(
            method: .full, learningRate: 2e-5, folder: folder.url, report: read, quality: full)
        return MethodComparison(base: full, entries: [entry], metric: metric, rows: 20)
    }

    @Test func answersAreComparedWhereTheRowsHaveLabels() throws {
        let comparison = try comparison(HeldOutQuality(loss: 1, accuracy: 0.8), metric: .labelAccuracy)
        #expect(comparison.quality(HeldOutQuality(loss: 9, accuracy: 0.6)) == 0.6 / 0.8)
        let none = try self.comparison(HeldOutQuality(loss: 1, accuracy: 0), metric: .labelAccuracy)
        #expect(none.quality(HeldOutQuality(loss: 9, accuracy: 0.6)) == nil)
    }

    /// A token that full expects with e⁻¹ and another with e⁻² stand at e⁻¹.
    @Test func likelihoodsAreComparedElsewhere() throws {
        let comparison = try comparison(HeldOutQuality(loss: 1, accuracy: nil), metric: nil)
        #expect(comparison.quality(HeldOutQuality(loss: 2, accuracy: nil)) == exp(-1))
        #expect(comparison.quality(HeldOutQuality(loss: 1, accuracy: nil)) == 1)
    }

    @Test func aReportWithoutMeasurementIsRefused() throws {
        let folder = try TemporaryFolder()
        let report = folder.url.appending(path: "full.json")
        try Data("{}".utf8).write(to: report)
        #expect(throws: ComparisonError.unreadableReport(report.path)) {
            try MethodReport(reading: report, of: folder.url)
        }
    }
}
