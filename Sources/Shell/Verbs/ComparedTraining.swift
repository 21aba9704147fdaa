import Foundation
import Lifecycle
import StrictJSON
import Training

/// `lora train --compare-methods …`, from request to words.
struct ComparedTraining {
    let session: Session
    let isJSON: Bool

    func run(_ parts: [CompareMethods.Part], output: URL, isDry: Bool) throws -> ExitStatus {
        let comparison = try CompareMethods(
            parts, output: output, workingFolder: session.workingFolder, cache: session.weightCache)
        if isDry { return try plan(comparison) }
        let process = TrainingProcess(
            program: try Self.program(), environment: session.environment, workingFolder: session.workingFolder,
            showsOutput: !isJSON)
        let bar = MeasuringBar(session: session, isQuiet: isJSON)
        let outcome = try comparison.run(
            { words in
                try process.run(words, stopped: ExitStatus.interrupted.rawValue, shouldStop: { session.isInterrupted })
            }, observe: { try show($0, bar) })
        return report(outcome, output)
    }

    /// This very program, wherever it was started from.
    private static func program() throws -> URL {
        URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    }

    private func show(_ event: CompareMethods.Event, _ bar: MeasuringBar) throws {
        switch event {
        case .measuring(let subject, let done, let rows): try bar.show(subject, done, rows)
        case .known(let method):
            if !isJSON { session.console.say("method \(method.rawValue): done before") }
        case .training(let method, let words):
            let command = session.command(words.map(WordSplitter.quoted).joined(separator: " "))
            if !isJSON { session.console.say("method \(method.rawValue): `\(command)`") }
        }
    }

    private func report(_ outcome: CompareMethods.Outcome, _ output: URL) -> ExitStatus {
        switch outcome {
        case .finished(let comparison):
            if isJSON {
                session.print(comparison.json, as: MethodComparison.schema)
            } else {
                session.print(MethodTable.table(comparison))
                for line in MethodTable.notes(comparison, output) { session.console.say(line) }
            }
            return .passed
        case .interrupted(let method):
            if isJSON {
                session.print(["state": "interrupted", "method": .string(method.rawValue)], as: MethodComparison.schema)
            }
            let command = session.command(repeatedWithout: ["--fresh"])
            session.console.complain(
                "Stopped within method \(method.rawValue); its state is saved. `\(command)` goes on with it.")
            return .interrupted
        }
    }

    private func plan(_ comparison: CompareMethods) throws -> ExitStatus {
        let estimates = try comparison.trainings.map { method, training in
            (method, training, try training.estimate(ForecastRequest(probes: false, pricePerHour: nil)))
        }
        if isJSON {
            let methods = try estimates.map { method, training, estimate -> JSONValue in
                [
                    "method": .string(method.rawValue), "plan": training.plan.json,
                    "trained_parameters": .integer(try training.trainedParameters()), "estimate": estimate.json,
                ]
            }
            session.print(["state": "planned", "methods": .array(methods)], as: MethodComparison.schema)
        } else {
            let rows = try estimates.map { method, training, estimate in
                [
                    method.rawValue, "\(training.plan.learningRate)", "\(try training.trainedParameters())",
                    Decimals.bytes(estimate.memory.total), Decimals.text(estimate.work.flopsPerToken / 1e9, 4),
                ]
            }
            session.print(
                Table(["METHOD", "LEARNING RATE", "TRAINED", "MEMORY", "GFLOP A TOKEN"], rows, alignsRight: [1, 2, 3, 4]))
        }
        return .passed
    }
}

/// Methods beside each other, for people.
enum MethodTable {
    static func table(_ comparison: MethodComparison) -> Table {
        let metric = comparison.metric.map { [$0.name.uppercased().replacing("_", with: " ")] } ?? []
        let header =
            ["METHOD", "LEARNING RATE", "TRAINED", "MEMORY", "TIME", "TOKENS/S", "KEPT", "HELD-OUT LOSS"] + metric + ["QUALITY"]
        let base = ["base", "–", "0", "–", "–", "–", "–"] + held(comparison.base, comparison)
        let rows = comparison.entries.map { entry in
            let measured = entry.report.measurement
            return [
                entry.method.rawValue, "\(entry.learningRate)", "\(measured.trainedParameters)",
                measured.peakMemory.map(Decimals.bytes) ?? "–", Decimals.duration(measured.seconds),
                measured.tokensPerSecond.map { Decimals.text($0, 0) } ?? "–", Decimals.bytes(measured.keptBytes),
            ] + held(entry.quality, comparison)
        }
        return Table(header, [base] + rows, alignsRight: Set(1..<header.count))
    }

    private static func held(_ quality: HeldOutQuality, _ comparison: MethodComparison) -> [String] {
        [Decimals.text(quality.loss, 4)]
            + (comparison.metric == nil ? [] : [quality.accuracy.map(Decimals.percent) ?? "–"])
            + [comparison.quality(quality).map { Decimals.text(100 * $0, 1) + " %" } ?? "–"]
    }

    static func notes(_ comparison: MethodComparison, _ output: URL) -> [String] {
        let measure =
            comparison.metric.map { "its \($0.name)" } ?? "the mean likelihood of a supervised token"
        return [
            "Memory is the peak resident memory of each training's own process; time that of its steps.",
            "Quality is \(measure) on \(comparison.rows) held-out rows against that of full.",
            "Adapters, model, reports and \(CompareMethods.file) stay in \(output.path).",
        ]
    }
}
