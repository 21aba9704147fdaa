import Adapters
import Randomness

/// A family of bases: what happens to it, and how that moves the errors of those who use it.
struct SimulatedBase {
    struct Change {
        /// Before the check of this day.
        let day: Int
        let kind: BaseChange
    }

    /// By day.
    let changes: [Change]

    init(days: Int, _ random: inout SplitMix64) {
        var changes: [Change] = []
        let perDay = WorldAssumptions.baseChanges / 365.25
        for day in 1..<max(2, days) where random.unit() < perDay {
            var rest = random.unit()
            let kind = WorldAssumptions.kinds.first { kind in
                rest -= kind.share
                return rest < 0
            }
            changes.append(Change(day: day, kind: kind?.0 ?? .cosmetic))
        }
        self.changes = changes
    }

    /// What of the base's first error is left on a day.
    func errorFactor(on day: Int) -> Double {
        changes.reduce(1) { factor, change in
            change.day <= day && change.kind == .weights ? factor * WorldAssumptions.betterWeights : factor
        }
    }

    /// The kinds of change after one day, up to another.
    func kinds(after day: Int, through last: Int) -> Set<BaseChange> {
        Set(changes.filter { $0.day > day && $0.day <= last }.map(\.kind))
    }
}
