import Adapters
import Policies
import StrictYAML
import TestSupport
import Testing

/// Every shipped policy keeps and removes as recorded in `Tests/Fixtures/policies`.
@Suite struct PruneScenarioTests {
    struct Outcome {
        let removed: [String]
        let kept: [String: String]
    }

    @Test(arguments: ShippedPolicy.allCases)
    func pruneKeepsAsRecorded(shipped: ShippedPolicy) throws {
        let policy = try shipped.load()
        let scenarios = try Self.scenarios(of: shipped)
        #expect(!scenarios.isEmpty)
        for (scenario, givesUpLast) in scenarios {
            let plan = PrunePlan(judging: scenario.facts, by: policy, givesUpLast: givesUpLast)
            let comment = Comment(rawValue: "\(shipped): \(scenario.name)")
            #expect(plan.removed.map(\.label) == scenario.outcome.removed, comment)
            let kept = plan.items.filter { $0.deed == .keep }.map { item in
                (item.version.label, item.reasons.map(\.words).joined(separator: "; "))
            }
            #expect(Dictionary(uniqueKeysWithValues: kept) == scenario.outcome.kept, comment)
        }
    }

    /// Whatever the versions are and whatever was pushed: nothing goes that an alias points to, and one version at least stays.
    @Test(arguments: ShippedPolicy.allCases, 1...40)
    func whatAnAliasPointsToIsNeverRemoved(shipped: ShippedPolicy, seed: Int) throws {
        let (policy, name) = (try shipped.load(), try AdapterName("ticket-router"))
        var state = seed &* 7919
        func draw(_ limit: Int) -> Int {
            state = (state &* 1_103_515_245 &+ 12345) & 0x7fff_ffff
            return state / 65536 % limit
        }
        let words = [AliasName.production, .previous, .candidate, try AliasName("canary")]
        let versions = (1...12).map { number in
            PruneFacts.Version(
                VersionID(name, number), aliases: words.filter { _ in draw(6) == 0 }, served: [words[0]: draw(9)],
                parent: draw(3) == 0 && number > 1 ? VersionID(name, number - 1) : nil, passed: draw(3) > 0,
                isPushed: draw(4) > 0,
                bytes: draw(5) * 1000)
        }
        for givesUpLast in [false, true] {
            let plan = PrunePlan(
                judging: PruneFacts(adapter: name, versions: versions), by: policy, givesUpLast: givesUpLast)
            let removed = Set(plan.removed)
            for version in versions where !version.aliases.isEmpty || (!version.isPushed && !givesUpLast) {
                #expect(!removed.contains(version.version))
            }
            #expect(removed.count < versions.count)
            #expect(plan.items.allSatisfy { $0.deed != .keep || !$0.reasons.isEmpty }, "every keep has a reason")
        }
    }

    private static func scenarios(
        of policy: ShippedPolicy
    ) throws -> [(scenario: Scenario<PruneFacts, Outcome>, givesUpLast: Bool)] {
        try YAMLNode(contentsOf: Fixture.root.appending(path: "policies/\(policy.rawValue).yaml")).section { reader in
            for key in ["fine_tuning", "gate", "retraining"] { _ = try reader.list(key) }
            return try reader.list("prune").map { node in
                try node.section { reader in
                    let (facts, givesUpLast) = try reader.required(section: "facts") { facts in
                        (try PruneFacts(reading: facts), try facts.optional("unpushed", as: Bool.self) ?? false)
                    }
                    let outcome = Outcome(
                        removed: try reader.list("remove").map { try $0.value(as: String.self) },
                        kept: try reader.required(section: "keep") { kept in
                            try Dictionary(uniqueKeysWithValues: kept.keys.map { ($0, try kept.required($0, as: String.self)) })
                        })
                    return (
                        Scenario(name: try reader.required("name", as: String.self), facts: facts, outcome: outcome), givesUpLast
                    )
                }
            }
        }
    }
}

extension PruneFacts {
    fileprivate init(reading reader: YAMLReader) throws {
        let name = try AdapterName("ticket-router")
        self.init(
            adapter: name, state: try reader.optional("state", among: AdapterState.self) ?? .active,
            versions: try reader.list("versions").map { node in try node.section { try Version(reading: $0, of: name) } })
    }
}

extension PruneFacts.Version {
    fileprivate init(reading reader: YAMLReader, of name: AdapterName) throws {
        let served = try reader.optional(section: "served") { served in
            try served.keys.map { (try AliasName($0), try served.required($0, as: Int.self)) }
        }
        self.init(
            VersionID(name, try reader.required("version", as: Int.self)),
            aliases: try reader.list("aliases").map { try AliasName($0.value(as: String.self)) },
            served: Dictionary(uniqueKeysWithValues: served ?? []),
            parent: try reader.optional("parent", as: Int.self).map { VersionID(name, $0) },
            passed: try reader.optional("passed", as: Bool.self) ?? true,
            isPushed: try reader.optional("pushed", as: Bool.self) ?? true,
            isPruned: try reader.optional("pruned", as: Bool.self) ?? false,
            bytes: try reader.optional("bytes", as: Int.self) ?? 4_000_000)
    }
}
