import ArgumentParser
import Export
import Foundation
import Lifecycle
import Llama
import Tensors
import Training

struct MergeVerb: Verb {
    static let configuration = Shell.configuration(
        "merge", "Fold an adapter into its base, measure what each way of doing so loses, and write the best as a model folder.",
        example: "lora merge ticket-router@production --out merged/ticket-router --dtype bf16")

    @Argument(
        help: ArgumentHelp(
            "The version, or with --base and --data a PEFT folder; a bare name means production, else the latest.",
            valueName: "version"))
    var version: String
    @Option(
        help: ArgumentHelp(
            "The folder to make; refused when it is there and not empty. Not needed with --dry-run.", valueName: "dir"))
    var out: String?
    @Option(
        help: ArgumentHelp("What weights are stored as: bf16, f16 or f32; as the base stores them by default.", valueName: "type")
    )
    var dtype: MergedType?
    @Option(help: ArgumentHelp("The largest weight file, such as 5GB.", valueName: "size"))
    var maxShardSize = ByteCount(ModelShards.standardSize)
    @Option(
        help: ArgumentHelp(
            "Measure only this way of merging: original, dequantized or requantized; may be given again.", valueName: "name"))
    var candidate: [MergeCandidate] = []
    @OptionGroup var limits: MergeLimits
    @Flag(help: "Replace a folder that an earlier merge wrote.")
    var force = false
    @Flag(help: "Measure, and write nothing, whatever stands at --out.")
    var dryRun = false
    @OptionGroup var folder: FolderMerge
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard maxShardSize.bytes > 0 else { throw ValidationError("--max-shard-size takes a size above 0.") }
        guard out != nil || dryRun else { throw ValidationError("--out says where to write; only --dry-run does without.") }
        try folder.check()
        guard folder.base != nil || !version.contains("/") else {
            throw ValidationError("A folder is merged with --base and --data; a version is named as NAME@v3.")
        }
        guard folder.base == nil || limits.largestLoss == nil else {
            throw ValidationError("--largest-loss needs a task that says which answers are right; --base and --data name none.")
        }
    }

    private func output(in session: Session) -> MergeAdapter.Output {
        let folder = out.map { session.url($0) }
        guard !dryRun, let folder else { return .nothing(insteadOf: folder) }
        return .folder(folder, replaces: force)
    }

    func perform(in session: Session) throws -> ExitStatus {
        let request = MergeAdapter.Request(
            output: output(in: session), type: dtype?.type, shardSize: maxShardSize.bytes, candidates: candidate,
            rules: limits.options)
        let subject =
            try folder.subject(adapter: version, place, in: session)
            ?? MergeSubject(version, in: session.openRegistry(place.registry), workingFolder: session.workingFolder)
        let bar = MergeBar(session: session, isQuiet: format.json)
        let outcome = try MergeAdapter(subject, request).run(now: session.clock(), progress: bar.show)
        bar.end()
        if format.json {
            session.print(outcome.json)
        } else {
            session.print(MergeWords.table(outcome))
            for line in MergeWords.lines(outcome) { session.console.say(line) }
        }
        return outcome.best == nil ? .verificationFailed : .passed
    }
}

/// `--largest-divergence` and its like, in place of the policy's.
struct MergeLimits: ParsableArguments {
    @Option(help: ArgumentHelp("Allow this mean KL divergence from the adapter, in nats per token.", valueName: "x"))
    var largestDivergence: Double?
    @Option(help: ArgumentHelp("Ask for this share of tokens with the same likeliest successor, 0 to 1.", valueName: "share"))
    var leastAgreement: Double?
    @Option(help: ArgumentHelp("Allow this share of rows, 0 to 1, as rise of the error.", valueName: "share"))
    var largestLoss: Double?

    func validate() throws {
        if let x = largestDivergence, !(x >= 0 && x.isFinite) {
            throw ValidationError("--largest-divergence takes a number from 0.")
        }
        for (name, share) in [("least-agreement", leastAgreement), ("largest-loss", largestLoss)] {
            if let share, !(0...1).contains(share) { throw ValidationError("--\(name) takes a share from 0 to 1.") }
        }
    }

    var options: MergeAdapter.RuleOptions {
        MergeAdapter.RuleOptions(
            largestDivergence: largestDivergence, leastAgreement: leastAgreement, largestLoss: largestLoss)
    }
}

/// A merge of folders: `--base DIR --data FILE --trained-on nf4`.
struct FolderMerge: ParsableArguments {
    @Option(help: ArgumentHelp("For a PEFT folder, its base: a model folder or a registered base.", valueName: "base"))
    var base: String?
    @Option(help: ArgumentHelp("For a PEFT folder, the JSONL rows to measure by.", valueName: "file"))
    var data: String?
    @Option(
        help: ArgumentHelp(
            "For a PEFT folder, how the base was kept in training: nf4, bf16 or fp32 (by default as its probes.json says, else fp32).",
            valueName: "name"))
    var trainedOn: BasePrecision?
    @Option(help: ArgumentHelp("For a PEFT folder, the policy whose limits hold.", valueName: "policy"))
    var policy: String?

    func check() throws {
        guard (base == nil) == (data == nil) else { throw ValidationError("--base and --data go together.") }
        guard base != nil || (trainedOn == nil && policy == nil) else {
            throw ValidationError("--trained-on and --policy go with --base and --data; of a version both are known.")
        }
    }

    /// Nil where a version is meant.
    func subject(adapter: String, _ place: RegistryOption, in session: Session) throws -> MergeSubject? {
        guard let base, let data else { return nil }
        let location = try BaseLocation(named: base, folder: session.url(base)) { try session.openRegistry(place.registry) }
        return try MergeSubject(
            adapter: session.adapterFolder(adapter, registry: place.registry), base: location.folder, baseName: base,
            storage: trainedOn, data: session.url(data), policy: policy.map(session.policy),
            workingFolder: session.workingFolder, cache: session.weightCache)
    }
}

/// Types by the names that safetensors gives them.
enum MergedType: String, ExpressibleByArgument, CaseIterable {
    case bf16
    case f16
    case f32

    var type: FloatType {
        switch self {
        case .bf16: .bf16
        case .f16: .f16
        case .f32: .f32
        }
    }
}

extension MergeCandidate: ExpressibleByArgument {}

extension ByteCount: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }

    public var defaultValueDescription: String { description }
}
