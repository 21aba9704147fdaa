import Adapters
import ArgumentParser
import Faults
import Foundation
import Lifecycle
import Policies
import StrictJSON

struct PolicyVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "What the policies say, key by key, and whether they can be read.",
        discussion: "EXAMPLE\n  lora policy explain strict\n\n\(ExitStatus.table)",
        subcommands: [PolicyExplainVerb.self, PolicyShowVerb.self, PolicyCheckVerb.self, PolicyListVerb.self])
}

struct PolicyExplainVerb: Verb {
    static let configuration = Shell.configuration(
        "explain", "Show every key of a policy with its value, where it stands and what it means.",
        example: "lora policy explain strict gate")

    @Argument(help: ArgumentHelp("A policy: a file, or a name such as strict.", valueName: "policy"))
    var policy = "default"
    @Argument(help: ArgumentHelp("Only this key, or the keys of this section, such as retraining.window.", valueName: "key"))
    var key: String?
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let shelf = session.policyShelf(place.registry)
        let choice = session.policy(policy)
        let source = try shelf.source(of: choice)
        let judged = try shelf.policy(choice)
        let settings = try source.settings.chosen(by: key, of: policy)
        if format.json {
            session.print(
                [
                    "name": .string(judged.name), "digest": .string(judged.stamp.digest),
                    "settings": .array(settings.map(\.json)),
                ], as: "lora.policy-settings/1")
            return .passed
        }
        if key == nil { session.console.say("\(judged.name): \(judged.summary)") }
        for setting in settings { for line in setting.lines(in: session.workingFolder) { session.console.say(line) } }
        return .passed
    }
}

struct PolicyShowVerb: Verb {
    static let configuration = Shell.configuration(
        "show", "Show the policy that an adapter is judged by: each key with its value, and who says so.",
        example: "lora policy show ticket-router unattended")

    @Argument(help: ArgumentHelp("A declared adapter.", valueName: "adapter"))
    var adapter: String
    @Argument(help: ArgumentHelp("Only this key, or the keys of this section, such as retraining.window.", valueName: "key"))
    var key: String?
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let registry = try session.openRegistry(place.registry).registry
        let declaration = try registry.adapter(named: adapter)
        let (policy, all) = try session.policyShelf(place.registry).settings(of: declaration)
        let settings = try all.chosen(by: key, of: policy.name)
        if format.json {
            session.print(
                [
                    "adapter": .string(adapter), "name": .string(policy.name), "digest": .string(policy.stamp.digest),
                    "settings": .array(settings.map(\.json)),
                ], as: "lora.policy-settings/1")
            return .passed
        }
        if key == nil { session.console.say("\(adapter) is judged by \(policy.name): \(policy.summary)") }
        for setting in settings { session.console.say(setting.line(in: session.workingFolder)) }
        return .passed
    }
}

extension [PolicySetting] {
    /// - Throws: `UnknownPolicyKey`
    fileprivate func chosen(by key: String?, of policy: String) throws -> [PolicySetting] {
        guard let key else { return self }
        let chosen = filter { $0.key == key || $0.key.hasPrefix(key + ".") }
        guard chosen.isEmpty else { return chosen }
        let known = Set(PolicyGuide.words.keys.flatMap(Self.prefixes))
        throw UnknownPolicyKey(
            key: key, policy: policy, nearest: nearestName(to: key, among: known), isOptional: PolicyGuide.words[key] != nil)
    }

    /// A key with the sections that it stands in.
    private static func prefixes(of key: String) -> [String] {
        let parts = key.split(separator: ".")
        return parts.indices.map { parts[...$0].joined(separator: ".") }
    }
}

private struct UnknownPolicyKey: Error, Explained {
    let key: String
    let policy: String
    let nearest: String?
    let isOptional: Bool

    var explanation: Explanation {
        isOptional
            ? Explanation(
                "The policy '\(policy)' does not state the optional key '\(key)'.",
                next: "It says \(PolicyGuide.words[key] ?? ""); write it into a policy of your own to have that rule.",
                kind: .usage)
            : Explanation(
                "Policies have no key '\(key)'.\(nearest.map { " Did you mean '\($0)'?" } ?? "")",
                next: "`lora policy explain` shows all.", kind: .usage)
    }
}

struct PolicyCheckVerb: Verb {
    static let configuration = Shell.configuration(
        "check",
        "Read policies, and what adapters set otherwise, as a judgement would, and say all that is wrong by file, line and key.",
        example: "lora policy check policies/ours.yaml")

    @Argument(
        help: ArgumentHelp("Files or names; all that are known, and all adapters, when none is given.", valueName: "policy"))
    var policies: [String] = []
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let shelf = session.policyShelf(place.registry)
        let checks = CheckPolicies(shelf)
        let results = (policies.isEmpty ? shelf.names : policies).map { checks.check(session.policy($0)) }
        let adapters = try adapters(checks, in: session)
        if format.json {
            session.print(
                ["policies": .array(results.map { $0.json("policy") }), "adapters": .array(adapters.map { $0.json("adapter") })],
                as: "lora.policy-check/1")
        } else {
            for result in results { session.console.say(result.line { $0.summary }) }
            for adapter in adapters { session.console.say(adapter.line { "\($0.name), with settings of its own" }) }
        }
        var told = Set<Explanation>()
        for fault in (results + adapters).flatMap(\.faults) where told.insert(fault).inserted {
            session.console.complain(Wording.text(of: fault))
        }
        return (results + adapters).flatMap(\.faults).first.map { ExitStatus($0.kind) } ?? .passed
    }

    private func adapters(_ checks: CheckPolicies, in session: Session) throws -> [CheckPolicies.Checked] {
        guard policies.isEmpty, session.registryLocation(place.registry).layout.isMarked else { return [] }
        return try checks.adapters(in: session.openRegistry(place.registry).registry)
    }
}

extension CheckPolicies.Checked {
    fileprivate func line(_ words: (Policy) -> String) -> String {
        "\(name): \(policy.map(words) ?? counted(faults.count, "fault"))"
    }

    fileprivate func json(_ kind: String) -> JSONValue {
        let faults = faults.map { fault -> JSONValue in
            ["what": .string(fault.what), "at": fault.place.map { .string($0) } ?? .null]
        }
        return .object(
            JSONObject([
                (kind, .string(name)), ("digest", policy.map { .string($0.stamp.digest) } ?? .null),
                ("fault", faults.first ?? .null), ("faults", .array(faults)),
            ]))
    }
}

struct PolicyListVerb: Verb {
    static let configuration = Shell.configuration(
        "list", "The policies that adapters can name.", example: "lora policy list")

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let shelf = session.policyShelf(place.registry)
        if format.json {
            session.print(["policies": .array(shelf.names.map { .string($0) })], as: "lora.policies/1")
        } else {
            for name in shelf.names { session.console.say(name) }
        }
        return .passed
    }
}

extension PolicySetting {
    fileprivate var json: JSONValue {
        [
            "key": .string(key), "value": .string(value), "origin": .string(origin.rawValue),
            "file": file.map { .string($0) } ?? .null, "line": .integer(line),
            "means": PolicyGuide.words[key].map { .string($0) } ?? .null,
        ]
    }

    /// The file and the line, as seen from a folder.
    func place(below folder: URL) -> String {
        let path = file.map { PathWords.path(URL(filePath: $0, relativeTo: folder), below: folder) }
        return path.map { "\($0):\(line)" } ?? "line \(line)"
    }

    fileprivate func line(in folder: URL) -> String { "\(key) = \(value)  (\(origin.rawValue), \(place(below: folder)))" }

    fileprivate func lines(in folder: URL) -> [String] {
        // no other key takes one of these words
        let reaction = Reaction(rawValue: value).map { ": \(PolicyGuide.words(of: $0))" } ?? ""
        return ["\(key) = \(value)  (\(place(below: folder)))", "    \(PolicyGuide.words[key] ?? "")\(reaction)"]
    }
}

extension Session {
    /// Beside the registry, when there is one, and upward from here.
    fileprivate func policyShelf(_ option: String?) -> PolicyShelf {
        let location = registryLocation(option)
        return PolicyShelf(registry: location.layout.isMarked ? location.layout.root : nil, workingFolder: workingFolder)
    }
}
