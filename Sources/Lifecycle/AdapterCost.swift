import Adapters
import Foundation
import Policies
import Registry
import StrictJSON
import Training

/// What keeping up an adapter costs each month, against what it saves.
public struct AdapterCost: Sendable {
    /// What runs have taken so far; whatever is decided, it is spent.
    public struct Spent: Sendable, Hashable {
        public let runs: Int
        public let hours: Double
        public let money: Double
    }

    public let adapter: AdapterName
    public let verdict: UpkeepVerdict
    /// From a beginning today over the declared horizon.
    public let forecast: CostForecast
    public let spent: Spent
    public let policy: PolicyStamp

    public var json: JSONValue {
        var object = JSONObject([("schema", "lora.cost/1"), ("adapter", .string(adapter.text)), ("policy", policy.json)])
        object["spent"] = [
            "runs": .integer(spent.runs), "hours": .number(spent.hours), "money": .number(spent.money),
        ]
        for (key, value) in verdict.json.objectValue.map({ Array($0.members) }) ?? [] { object[key] = value }
        object["horizon"] = forecast.json
        return .object(object)
    }
}

extension Workspace {
    /// - Parameters:
    ///   - costs: what was typed, as `machine_hour=0.8`.
    ///   - choice: instead of the declared policy.
    public func cost(
        of adapter: String, costs: [String], policy choice: PolicyChoice?, workingFolder: URL
    ) throws -> AdapterCost {
        let declaration = try registry.adapter(named: adapter)
        let shelf = PolicyShelf(registry: layout.root, workingFolder: workingFolder)
        let policy = try choice.map { try shelf.policy($0) } ?? shelf.policy(of: declaration)
        let table = try policy.costs.overridden(by: declaration.costs).overridden(byTyped: costs)
        let rates = CostRates(try costFacts(of: declaration), table, by: policy)
        return AdapterCost(
            adapter: declaration.name, verdict: UpkeepVerdict(rates), forecast: CostForecast(rates, over: declaration.horizon),
            spent: try registry.runs(of: declaration.name).spent(table), policy: policy.stamp)
    }
}

extension [Run] {
    /// Machine hours of all that have ended, and a person's hours of those that came to their end.
    fileprivate func spent(_ table: CostTable) -> AdapterCost.Spent {
        let hours = compactMap(\.hours).reduce(0, +)
        let people = Double(count { $0.state == .finished }) * (table[.hoursPerTraining]?.value ?? 0)
        let money = hours * (table[.machineHour]?.value ?? 0) + people * (table[.engineerHour]?.value ?? 0)
        return AdapterCost.Spent(runs: count { $0.end != nil }, hours: hours, money: money)
    }
}
