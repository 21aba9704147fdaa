import Adapters
import ArgumentParser
import Foundation
import Lifecycle
import Registry
import StrictJSON
import Training

struct TrainVerb: Verb {
    static let configuration = Shell.configuration(
        "train", "Train a declared adapter and release what passes its gate; or train from folders alone.",
        example: """
            lora train ticket-router --dry-run
              lora train --base DIR --data FILE --out DIR --method lora --max-steps 100
            """)

    @Argument(help: ArgumentHelp("A declared adapter.", valueName: "adapter"))
    var adapter: String?
    @Option(help: ArgumentHelp("Without a registry: the base's model folder or registered name.", valueName: "base"))
    var base: String?
    @Option(help: ArgumentHelp("Without a registry: the JSONL rows to learn from.", valueName: "file"))
    var data: String?
    @Option(
        name: [.customLong("out"), .customLong("output-dir")],
        help: ArgumentHelp(
            "Without a registry: where the PEFT folder, or with --method full the model folder, appears.", valueName: "dir"))
    var out: String?
    @Option(help: ArgumentHelp("Without a registry: a PEFT folder, or a version, to start from.", valueName: "adapter-or-dir"))
    var initAdapter: String?
    @Option(
        help: ArgumentHelp(
            "Without a registry: held-out JSONL rows; the run rule then judges the run by them.", valueName: "file"))
    var evalData: String?
    @Option(
        help: ArgumentHelp(
            "Without a registry, with --method full: how the model is stored, bf16, fp16 or fp32; as the base is when left out.",
            valueName: "name"))
    var dtype: StoredType?
    @Flag(help: "When the run underfits, train again at the policy's higher rank.")
    var escalate = false
    @Flag(help: "Stop after the planned steps, whatever the held-out loss says.")
    var noExtend = false
    @Option(help: ArgumentHelp("Without a registry: write the report of --json to this file too.", valueName: "file"))
    var report: String?
    @Flag(
        help:
            "Without a registry: train by qlora, lora and full in turn, and show memory, time and held-out quality beside each other."
    )
    var compareMethods = false
    @Flag(help: "Show plan, data report and an estimate of memory, time and cost; train nothing.")
    var dryRun = false
    @Flag(help: "With --dry-run: train two steps that nothing is kept of, to learn this machine's speed.")
    var probe = false
    @Option(help: ArgumentHelp("With --dry-run: what an hour of this machine costs, in US dollars.", valueName: "x"))
    var pricePerHour: Double?
    @Flag(help: "Begin anew even where a run that stopped could be gone on with.")
    var fresh = false
    @Option(help: ArgumentHelp("Judge run and result by this policy: a file, or a name such as strict.", valueName: "policy"))
    var policy: String?
    @OptionGroup(title: "Training options") var training: TrainingArguments
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        let folders = [base, data, out].compactMap(\.self)
        guard adapter != nil || folders.count == 3 else { throw Self.namesNothing }
        guard
            adapter == nil
                || folders.isEmpty && initAdapter == nil && evalData == nil && dtype == nil
                    && !noExtend && report == nil && !compareMethods
        else {
            throw ValidationError(
                "An adapter's base and data are declared; --base, --data, --eval-data, --out, --init-adapter, --dtype, "
                    + "--no-extend, --report and --compare-methods go without one.")
        }
        guard adapter != nil || !escalate || evalData != nil else {
            throw ValidationError("--escalate needs held-out rows to judge by: give --eval-data.")
        }
        guard dryRun || !probe && pricePerHour == nil else {
            throw ValidationError("--probe and --price-per-hour go with --dry-run.")
        }
        guard pricePerHour.map({ $0 >= 0 && $0.isFinite }) ?? true else {
            throw ValidationError("--price-per-hour takes a number from 0.")
        }
        try validateComparison()
        guard !escalate || initAdapter == nil else {
            throw ValidationError("An adapter to start from has its rank already; --escalate goes without --init-adapter.")
        }
    }

    /// What a comparison sets itself, or cannot do without.
    private func validateComparison() throws {
        guard compareMethods else { return }
        guard evalData != nil else {
            throw ValidationError("--compare-methods needs held-out rows to compare by: give --eval-data.")
        }
        guard training.method == nil, initAdapter == nil, !escalate, report == nil, !probe, pricePerHour == nil else {
            throw ValidationError(
                "--compare-methods goes without --method, --init-adapter, --escalate, --report, --probe and --price-per-hour.")
        }
    }

    /// Nil when the training is meant.
    private var forecast: ForecastRequest? { dryRun ? ForecastRequest(probes: probe, pricePerHour: pricePerHour) : nil }

    func perform(in session: Session) throws -> ExitStatus {
        if let adapter {
            return try ManagedTraining(session: session, isJSON: format.json).run(
                TrainAdapter.Request(
                    adapter: adapter, options: try training.options(), policy: policy.map(session.policy), startsAnew: fresh,
                    escalates: escalate),
                registry: place.registry, dryRun: forecast)
        }
        return try trainFolder(in: session)
    }

    private static let namesNothing = ValidationError("Name an adapter, or give all of --base, --data and --out.")

    private func trainFolder(in session: Session) throws -> ExitStatus {
        guard let base, let data, let out else { throw Self.namesNothing }
        let location = try BaseLocation(named: base, folder: session.url(base)) { try session.openRegistry(place.registry) }
        func request(_ training: TrainingArguments, out: URL, extends: Bool, _ dtype: StoredType?) throws -> TrainFolder.Request {
            TrainFolder.Request(
                base: location.folder, baseName: base, pin: location.declaration, data: session.url(data), output: out,
                initialAdapter: try initAdapter.map { try session.adapterFolder($0, registry: place.registry) },
                options: try training.options(), heldOut: evalData.map(session.url), policy: policy.map(session.policy),
                escalates: escalate, startsAnew: fresh, extends: extends, storedType: dtype?.type)
        }
        guard compareMethods else {
            return try FolderTraining(session: session, isJSON: format.json, reportFile: report.map(session.url))
                .run(request(training, out: session.url(out), extends: !noExtend, dtype), dryRun: forecast)
        }
        let folder = session.url(out)
        let parts = try TrainingMethod.allCases.map { method in
            let (arguments, name) = (training.by(method), method.rawValue)
            let dtype = method.trainsAdapter ? nil : dtype
            let (output, report) = (folder.appending(path: name), folder.appending(path: "\(name).json"))
            return CompareMethods.Part(
                method: method, request: try request(arguments, out: output, extends: false, dtype),
                words: words(of: arguments, output: output, report: report, dtype), report: report)
        }
        return try ComparedTraining(session: session, isJSON: format.json).run(parts, output: folder, isDry: dryRun)
    }

    /// The command that does one training of a comparison.
    private func words(of arguments: TrainingArguments, output: URL, report: URL, _ dtype: StoredType?) -> [String] {
        let named: [(name: String, value: String?)] = [
            ("--base", base), ("--data", data), ("--eval-data", evalData), ("--out", output.path), ("--report", report.path),
            ("--policy", policy), ("--registry", place.registry), ("--dtype", dtype?.rawValue),
        ]
        let places = named.flatMap { option -> [String] in option.value.map { [option.name, $0] } ?? [] }
        return ["train"] + places + ["--no-extend"] + (fresh ? ["--fresh"] : []) + arguments.words
    }
}
