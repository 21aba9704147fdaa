import ArgumentParser
import Lifecycle
import Policies

struct CostVerb: Verb {
    static let configuration = Shell.configuration(
        "cost", "Say what keeping up an adapter costs each month against what it saves; exit 11 when it does not pay.",
        example: "lora cost ticket-router --requests-per-day 20000 --prompt-tokens-saved 1500")

    @Argument(help: ArgumentHelp("A declared adapter.", valueName: "adapter"))
    var adapter: String
    @OptionGroup var costs: CostOptions
    @Option(help: ArgumentHelp("Calculate by this policy: a file, or a name such as strict.", valueName: "policy"))
    var policy: String?
    @Flag(help: "Show every step of the arithmetic.")
    var explain = false
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let cost = try session.openRegistry(place.registry).cost(
            of: adapter, costs: costs.typed, policy: policy.map(session.policy), workingFolder: session.workingFolder)
        if format.json {
            session.print(cost.json)
        } else {
            for line in CostWords.lines(cost) { session.console.say(line) }
            if explain { for step in cost.forecast.steps { session.console.say("  \(step.words)") } }
        }
        return
            switch cost.verdict.answer
        {
        case .keep: .passed
        case .stop: .adviceIsNo
        case .notEnoughEvidence: .notEnoughEvidence
        }
    }
}

/// What is typed about prices and use.
struct CostOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Requests that the adapter answers in a day.", valueName: "n"))
    var requestsPerDay: Double?
    @Option(help: ArgumentHelp("Tokens by which its prompts are shorter than prompting alone needs.", valueName: "n"))
    var promptTokensSaved: Double?
    @Option(help: ArgumentHelp("Hours of work on prompts that it makes needless each month.", valueName: "n"))
    var hoursPerMonth: Double?
    @Option(help: ArgumentHelp("A price or assumption instead of the policy's, such as machine_hour=0.8.", valueName: "key=x"))
    var cost: [String] = []

    /// As the table of costs takes them.
    var typed: [String] {
        let named: [(CostKey, Double?)] = [
            (.requestsPerDay, requestsPerDay), (.promptTokensSaved, promptTokensSaved), (.hoursPerMonth, hoursPerMonth),
        ]
        return cost + named.compactMap { key, value in value.map { "\(key.rawValue)=\($0)" } }
    }
}
