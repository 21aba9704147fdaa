import Adapters
import Foundation
import Randomness
import Registry
import Testing

@testable import Lifecycle

@Suite("A protected alias moves by evidence or by force")
struct MoveAliasTests {
    private func moving(_ small: SmallRegistry, _ workspace: Workspace) -> MoveAlias {
        MoveAlias(in: workspace, workingFolder: small.folder.url)
    }

    @Test(
        "each lack of evidence is told by its rule",
        arguments: [
            (SmallRegistry.Evidence.onOtherRows, "declared_data"), (.refused, "gate"), (.none, "evidence"),
            (.halfLooked, "has_effect"),
        ])
    func lacks(evidence: SmallRegistry.Evidence, rule: String) throws {
        let small = try SmallRegistry()
        let workspace = try small.open()
        let version = try small.write(evidence, in: workspace)
        let error = try #require(throws: PromotionError.self) {
            try moving(small, workspace).promote("\(version)", on: SmallRegistry.occasion())
        }
        guard case .refused(let found) = error else { Issue.record("\(error)"); return }
        #expect(found.failures.map(\.rule).first == rule)
        #expect(error.explanation.kind == .verification && error.explanation.what.contains(rule))
        #expect(try workspace.registry.aliases(of: version.adapter)[.production] == nil)
        let verdict = try #require(try workspace.registry.decisions(of: version.adapter).last)
        #expect(verdict.question == .promote && verdict.answer == "refused")
        let event = try moving(small, workspace).promote(
            "\(version)", isForced: true, on: SmallRegistry.occasion("it is known better")
        ).event
        #expect(event?.isForced == true)
    }

    @Test("passing evidence needs no force, and then none is told of")
    func passing() throws {
        let small = try SmallRegistry()
        let workspace = try small.open()
        let version = try small.write(in: workspace)
        let event = try moving(small, workspace).promote("\(version)", isForced: true, on: SmallRegistry.occasion()).event
        #expect(event?.isForced == false)
        #expect(try workspace.registry.decisions(of: version.adapter).map(\.answer) == ["passed"])
    }

    @Test("the policy that holds now judges, whatever the gate said then")
    func policyNow() throws {
        let small = try SmallRegistry()
        let workspace = try small.open()
        let version = try small.write(in: workspace)
        let file = small.folder.url.appending(path: "policies/default.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        try Data(text.replacing("gate:\n", with: "gate:\n  rows_at_least: 100\n").utf8).write(to: file)
        let error = try #require(throws: PromotionError.self) {
            try moving(small, workspace).promote("\(version)", on: SmallRegistry.occasion())
        }
        #expect(error.explanation.what.contains("rows: "))
    }

    /// Deeds in any order: what stands in production or canary got there by evidence or by force, and `previous` is what a rollback brings.
    @Test("whatever the order of deeds", arguments: 1...6)
    func anyOrder(seed: Int) throws {
        let small = try SmallRegistry()
        try small.declare("protected: [canary]\n")
        let workspace = try small.open()
        let kinds: [SmallRegistry.Evidence] = [.passing, .refused, .none, .passing]
        let versions = try kinds.map { try small.write($0, in: workspace) }
        let good = Set(zip(versions, kinds).filter { $0.1 == .passing }.map(\.0))
        var random = SplitMix64(seed: UInt64(seed))
        func draw(_ limit: Int) -> Int { Int(random.next(below: UInt64(limit))) }
        var done = 0
        for step in 0..<40 {
            let (version, isForced) = (versions[draw(4)], draw(4) == 0)
            let occasion = SmallRegistry.occasion("step \(step)")
            do {
                let moving = moving(small, workspace)
                switch draw(8) {
                case 0...2: _ = try moving.promote("\(version)", isForced: isForced, on: occasion)
                case 3: _ = try moving.set("greeter@canary", to: version.label, isForced: isForced, on: occasion)
                case 4: _ = try moving.set("greeter@staging", to: version.label, on: occasion)
                case 5:
                    _ = try moving.remove(
                        "greeter@\(["canary", "staging", "production"][draw(3)])", isForced: isForced, on: occasion)
                default: _ = try moving.rollBack("greeter", isForced: isForced, on: occasion)
                }
                done += 1
            } catch is PromotionError {
                continue
            } catch is VersionIndexError {
                continue
            }
            let aliases = try workspace.registry.aliases(of: SmallRegistry.greeter)
            #expect(try aliases[.previous] == workspace.registry.rollbackTarget(of: SmallRegistry.greeter))
        }
        #expect(done > 5)
        let protected = [AliasName.production, try AliasName("canary")]
        for event in try workspace.registry.history(of: SmallRegistry.greeter) {
            for move in event.moves where protected.contains(move.alias) && !event.isForced {
                let target = try #require(move.to, "taken away without force")
                #expect(good.contains(target), "\(event)")
            }
        }
        #expect(try small.differences().isEmpty)
    }
}
