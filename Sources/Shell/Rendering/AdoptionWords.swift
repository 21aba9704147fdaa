import Adapters
import Export
import Lifecycle

/// What an adoption found and did.
enum AdoptionWords {
    static func lines(_ plan: AdoptionPlan, _ adopted: AdoptedVersion?) -> [String] {
        let name = adopted.map { "\($0.version) adopted" } ?? "\(plan.declaration.name) could adopt this"
        return ["\(name): \(pairs(plan.adapter)), \(plan.adapter.layout.rawValue) layout, over base \(plan.base.name)"]
            + plan.adapter.foreign.map { "  left out: \($0.kind.rawValue) \(Wording.visible($0.name)), \($0.what)" }
            + ["  weights: \(weights(plan.adapter, adopted))"]
            + (plan.unknown.isEmpty ? [] : ["  unknown: \(plan.unknown.joined(separator: ", "))"])
            + (adopted.map { ["commit \($0.commit) tagged \($0.version.tag)"] } ?? ["Nothing was written."])
    }

    private static func pairs(_ adapter: ForeignAdapter) -> String {
        let ranks = Set(adapter.pairs.map(\.rank)).sorted().map { "\($0)" }.joined(separator: ", ")
        return "\(counted(adapter.pairs.count, "pair")) of rank \(ranks)"
    }

    private static func weights(_ adapter: ForeignAdapter, _ adopted: AdoptedVersion?) -> String {
        guard !adapter.isVerbatim else { return adopted == nil ? "can be copied byte for byte" : "copied byte for byte" }
        guard let adopted else { return "their names or layout will be converted, their numbers kept" }
        guard let worst = adopted.taken.proof.max(by: { $0.difference < $1.difference }), worst.difference > 0 else {
            return "converted; the weight change of every module is the same"
        }
        return "converted; the weight change differs most in \(worst.module), by \(worst.difference) of its largest element"
    }
}
