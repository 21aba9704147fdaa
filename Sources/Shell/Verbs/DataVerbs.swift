import ArgumentParser
import DataDoctor
import Faults
import Foundation
import Lifecycle

struct DataVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Check rows before they are learned from, split them, and write cleaned copies.",
        discussion: "EXAMPLE\n  lora data check ticket-router\n\n\(ExitStatus.table)",
        subcommands: [DataCheckVerb.self, DataSplitVerb.self, DataFixVerb.self])
}

/// What `data check` and `data fix` look at.
struct DataSubject: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "A JSONL file, or a declared adapter with its base and both of its files.", valueName: "file-or-adapter"))
    var subject: String
    @Option(help: ArgumentHelp("The rows that judge what is trained on the file.", valueName: "file"))
    var heldOut: String?
    @Option(
        help: ArgumentHelp(
            "The base whose tokenizer and template read the rows: a folder or a registered name.", valueName: "base"))
    var base: String?
    @Option(
        help: ArgumentHelp(
            "A key whose values must not stand on both sides, such as customer or meta.customer.", valueName: "key"))
    var group: String?
    @Option(help: ArgumentHelp("Tokens kept of each row; else what a training would keep.", valueName: "n"))
    var maxLength: Int?
    @OptionGroup var place: RegistryOption

    /// As it would be typed again.
    var words: String {
        let options = [
            ("--held-out", heldOut), ("--base", base), ("--group", group), ("--max-length", maxLength.map(String.init)),
            ("--registry", place.registry),
        ]
        let typed = [subject] + options.flatMap { name, value in value.map { [name, $0] } ?? [] }
        return typed.map(WordSplitter.quoted).joined(separator: " ")
    }

    func checkData(in session: Session) throws -> CheckData {
        let request = CheckData.Request(
            subject: subject, file: session.url(subject), heldOut: heldOut.map(session.url),
            base: base.map { ($0, session.url($0)) }, group: group, maxLength: maxLength)
        return try CheckData(request) { try session.openRegistry(place.registry) }
    }
}

struct DataCheckVerb: Verb {
    static let configuration = Shell.configuration(
        "check", "Say what is wrong with rows: form, duplicates, leaks, labels, lengths, secrets, odd characters.",
        example: "lora data check train.jsonl --held-out held_out.jsonl --base registry/models/tiny-prose")

    @OptionGroup var data: DataSubject
    @Option(
        help: ArgumentHelp("Show the row at this line as the base reads it: which of its tokens carry loss.", valueName: "row"))
    var showMask: Int?
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let source = try data.checkData(in: session)
        if let showMask {
            guard let view = try source.mask(ofRow: showMask) else { throw MaskWithoutBase(file: data.subject) }
            let words = MaskWords(view, inColour: session.showsColour)
            if format.json { session.print(words.json) } else { for line in words.lines { session.console.print(line) } }
            return .passed
        }
        let check = try source.run(checking: session.checkOn)
        if format.json {
            session.print(check.json)
        } else {
            for line in DataCheckWords(check, of: data.words, session).lines { session.console.say(line) }
        }
        return check.passes ? .passed : .verificationFailed
    }
}

/// A row of a file shall be shown as a base reads it, and none is named.
struct MaskWithoutBase: Explained, Hashable {
    let file: String

    var explanation: Explanation {
        Explanation(
            "No base is named that could read the row.", at: file,
            next: "Say with --base whose tokenizer and template read it: a folder or a registered name.", kind: .usage)
    }
}

struct DataSplitVerb: Verb {
    static let configuration = Shell.configuration(
        "split", "Part a file into train and held-out rows, so that none leaks: similar rows and groups stay together.",
        example: "lora data split rows.jsonl --held-out 0.2 --seed 7 --stratify label --group customer -o split")

    @Argument(help: ArgumentHelp("The JSONL rows.", valueName: "file"))
    var file: String
    @Option(help: ArgumentHelp("How much to hold out: a share such as 0.2, or a number of rows.", valueName: "share-or-count"))
    var heldOut: HeldOutAmount
    @Option(help: ArgumentHelp("Where chance begins: the same seed gives the same bytes on every machine.", valueName: "n"))
    var seed: UInt64
    @Option(help: ArgumentHelp("Keep the shares of these values: label for the answer, or a key of the rows.", valueName: "key"))
    var stratify: String?
    @Option(help: ArgumentHelp("Keep rows with the same value of this key on one side.", valueName: "key"))
    var group: String?
    @Option(
        name: [.short, .customLong("out"), .customLong("output")],
        help: ArgumentHelp("The folder to make; refused when something stands there.", valueName: "dir"))
    var output: String
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let request = DataSplitting.Request(amount: heldOut.amount, seed: seed, stratum: stratify, group: group)
        let outcome = try SplitData(file: session.url(file), request: request).run(into: session.url(output))
        if format.json {
            session.print(outcome.json)
        } else {
            for line in DataSplitWords.lines(outcome, in: output, session) { session.console.say(line) }
        }
        return .passed
    }
}

/// A share or a number of rows.
struct HeldOutAmount: ExpressibleByArgument {
    let amount: DataSplitting.Amount

    init?(argument: String) {
        if let count = Int(argument), count >= 1 {
            amount = .rows(count)
        } else if let share = Double(argument), share > 0, share < 1 {
            amount = .share(share)
        } else {
            return nil
        }
    }
}

struct DataFixVerb: Verb {
    static let configuration = Shell.configuration(
        "fix", "Write a copy without the rows that something is wrong with, and a list of what was left out and why.",
        example: "lora data fix train.jsonl --held-out held_out.jsonl -o clean.jsonl")

    @OptionGroup var data: DataSubject
    @Option(
        name: [.short, .customLong("out"), .customLong("output")],
        help: ArgumentHelp("The copy to write; refused when something stands there.", valueName: "file"))
    var output: String
    @Flag(help: "Replace the copy and the list that stand there.")
    var force = false
    @Option(help: ArgumentHelp("Keep rows with this fault, such as near_duplicate; may be given again.", valueName: "kind"))
    var keep: [CleaningReason] = []
    @Flag(help: "Leave out rows with personal data too, not only those with credentials.")
    var withoutPersonalData = false
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        var reasons = Set(DataCleaning.Reason.allCases).subtracting(keep.map(\.reason))
        if !withoutPersonalData { reasons.remove(.personalData) }
        let outcome = try FixData(data.checkData(in: session), leavingOut: reasons)
            .run(to: session.url(output), replaces: force, checking: session.checkOn)
        if format.json {
            session.print(outcome.json)
        } else {
            for line in DataFixWords.lines(outcome, session) { session.console.say(line) }
        }
        return .passed
    }
}

/// A reason that `--keep` may name; what is no row can never be kept.
struct CleaningReason: ExpressibleByArgument {
    let reason: DataCleaning.Reason

    init?(argument: String) {
        guard let reason = DataCleaning.Reason(rawValue: argument), reason != .badLine else { return nil }
        self.reason = reason
    }

    static var allValueStrings: [String] { DataCleaning.Reason.allCases.filter { $0 != .badLine }.map(\.rawValue) }
}
