import Adapters
import ArgumentParser
import Foundation
import Lifecycle
import StrictJSON

struct ShouldFinetuneVerb: Verb {
    static let configuration = Shell.configuration(
        "should-finetune", "Say whether fine-tuning is worth it: measured base error, effective examples, horizon.",
        example: "lora should-finetune --base-error 0.22 --examples 800 --horizon 9mo")

    @Argument(help: ArgumentHelp("A declared adapter; what is not given below is measured.", valueName: "adapter"))
    var adapter: String?
    @Option(help: ArgumentHelp("The base's share of wrong answers, 0 to 1, instead of measuring it.", valueName: "x"))
    var baseError: Double?
    @Option(help: ArgumentHelp("Rows behind --base-error; without it the number counts as exact.", valueName: "n"))
    var sample: Int?
    @Option(help: ArgumentHelp("When --base-error was measured; a policy may limit the age of evidence.", valueName: "time"))
    var measured: Timestamp?
    @Option(help: ArgumentHelp("Effective training examples.", valueName: "n"))
    var examples: Int?
    @Option(help: ArgumentHelp("How long the adapter will be needed, such as 9mo or 2y.", valueName: "span"))
    var horizon: CalendarSpan?
    @Option(help: ArgumentHelp("Judge by this policy: a file, or a name such as strict.", valueName: "policy"))
    var policy: String?
    @Flag(help: "Measure the base even where earlier evidence would do.")
    var measureAgain = false
    @Flag(help: "Show the arithmetic of each rule, its evidence, and where each threshold stands.")
    var explain = false
    @Flag(help: "Show how far each input is from flipping the verdict.")
    var sensitivity = false
    @OptionGroup var costs: CostOptions
    @OptionGroup var server: EndpointOptions
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard server.endpoint == nil || adapter != nil && baseError == nil else {
            throw ValidationError(
                "--endpoint measures the base error of a declared adapter; name one, and leave --base-error out.")
        }
        if let baseError, !(0...1).contains(baseError) { throw ValidationError("--base-error takes a share from 0 to 1.") }
        if let sample, sample < 1 { throw ValidationError("--sample takes a number above 0.") }
        if sample != nil, baseError == nil { throw ValidationError("--sample says how --base-error was measured; give both.") }
        if measured != nil, baseError == nil { throw ValidationError("--measured dates --base-error; give both.") }
        if let examples, examples < 0 { throw ValidationError("--examples takes a number from 0.") }
        guard adapter != nil || baseError != nil || examples != nil || horizon != nil else {
            throw ValidationError("Name an adapter, or give --base-error, --examples and --horizon.")
        }
        guard adapter != nil || !measureAgain && place.registry == nil else {
            throw ValidationError("--measure-again and --registry go with a declared adapter.")
        }
        guard !measureAgain || baseError == nil else {
            throw ValidationError("--measure-again measures what --base-error gives; leave one of them out.")
        }
    }

    func perform(in session: Session) throws -> ExitStatus {
        var request = ShouldFinetune.Request()
        request.adapter = adapter
        request.baseError = baseError
        request.sample = sample
        request.measuredAt = measured
        request.examples = examples
        request.horizon = horizon
        request.policy = policy.map(session.policy)
        request.measuresAgain = measureAgain
        request.endpoint = try server.choice(in: session)
        request.costs = costs.typed
        let bar = MeasuringBar(session: session, isQuiet: format.json)
        let outcome = try ShouldFinetune(request, workingFolder: session.workingFolder).run(
            open: { try session.openRegistry(place.registry) }, now: session.clock(), progress: bar.show)
        bar.end()
        if format.json {
            session.print(outcome.json(explains: explain, probes: sensitivity))
        } else {
            for line in VerdictWords.lines(outcome) { session.console.say(line) }
            if explain { for line in ArithmeticWords.lines(outcome, in: session) { session.console.say(line) } }
            if sensitivity { for line in SensitivityWords.lines(outcome.sensitivity) { session.console.say(line) } }
        }
        return ExitStatus(outcome.verdict.answer)
    }
}

extension ExitStatus {
    init(_ answer: Verdict.Answer) {
        self =
            switch answer {
            case .yes: .passed
            case .no: .adviceIsNo
            case .notEnoughEvidence: .notEnoughEvidence
            }
    }
}

extension CalendarSpan: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
