import Adapters
import ArgumentParser
import Foundation
import Lifecycle
import Metrics
import StrictJSON

struct CreateVerb: Verb {
    static let configuration = Shell.configuration(
        "create", "Declare an adapter: what it is for, on which base, by which data it is judged.",
        example: """
            lora create ticket-router --task 'Name the queue' --owner support --base tiny-prose --train data/train.jsonl \
            --held-out data/held_out.jsonl --labels billing,network --horizon 12mo
            """)

    @Argument(help: ArgumentHelp("The name to give it.", valueName: "name"))
    var name: String
    @Option(help: ArgumentHelp("What it is for, in a sentence.", valueName: "text"))
    var task: String
    @Option(help: ArgumentHelp("Who answers for it.", valueName: "name"))
    var owner: String
    @Option(help: ArgumentHelp("A pinned base.", valueName: "base"))
    var base: String
    @Option(help: ArgumentHelp("The training rows, absolute or relative to the registry.", valueName: "file"))
    var train: String
    @Option(help: ArgumentHelp("The rows that it is judged by.", valueName: "file"))
    var heldOut: String
    @Option(
        help: ArgumentHelp(
            "A metric that needs nothing but its name; by default label_accuracy where labels are given, else exact_match.",
            valueName: "metric"))
    var metric: TaskMetric.Name?
    @Option(help: ArgumentHelp("The answers to choose from, separated by commas.", valueName: "labels"))
    var labels: String?
    @Option(help: ArgumentHelp("How long it will be needed, such as 12mo.", valueName: "span"))
    var horizon: CalendarSpan
    @Option(help: ArgumentHelp("The policy that judges it.", valueName: "policy"))
    var policy = "default"
    @Option(help: ArgumentHelp("An alias that, beside production, moves by evidence alone; may be repeated.", valueName: "alias"))
    var protect: [String] = []
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let workspace = try session.openRegistry(place.registry)
        let declaration = try declaration()
        let file = try workspace.create(declaration, workingFolder: session.workingFolder)
        for missing in workspace.missingFiles(of: declaration.data) {
            session.console.complain("warning: there is no \(PathWords.path(missing, below: session.workingFolder)) yet")
        }
        if format.json {
            session.print(["name": .string(name), "file": .string(file.path)], as: "lora.create/1")
        } else {
            session.console.say("Declared \(name) in \(PathWords.path(file, below: session.workingFolder)).")
            session.console.say("`\(session.command("should-finetune \(name)"))` says whether training is worth it.")
        }
        return .passed
    }

    /// - Throws: `ValidationError` for one that must be told more.
    private func metric(_ labels: [String]) throws -> TaskMetric {
        guard let name = metric else { return labels.isEmpty ? .exactMatch : .labelAccuracy(.logLikelihood) }
        guard let metric = TaskMetric(json: .string(name.rawValue)) else {
            throw ValidationError(
                "The metric \(name.rawValue) must be told more: create the adapter with another, then write it into its declaration."
            )
        }
        return metric
    }

    private func declaration() throws -> AdapterDeclaration {
        let labels = self.labels?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
        return AdapterDeclaration(
            name: try AdapterName(name), task: task, owner: owner, base: try BaseName(base),
            data: DeclaredData(train: train, heldOut: heldOut), metric: try metric(labels),
            labels: labels, horizon: horizon, policy: policy, training: [], protected: try protect.map { try AliasName($0) })
    }
}

struct RenameVerb: Verb {
    static let configuration = Shell.configuration(
        "rename", "Give an adapter another name; the old name keeps its tags and its history.",
        example: "lora rename ticket-router ticket-desk --reason 'the team was renamed'")

    @Argument(help: ArgumentHelp("The adapter.", valueName: "adapter"))
    var old: String
    @Argument(help: ArgumentHelp("Its new name.", valueName: "name"))
    var new: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let occasion = session.occasion(why.reason ?? "renamed by hand")
        let event = try session.openRegistry(place.registry).rename(old, to: new, on: occasion)
        return session.report(event, of: old, isJSON: format.json)
    }
}

extension TaskMetric.Name: ExpressibleByArgument {}
