import Adapters
import Foundation
import Llama
import Policies
import Registry
import Training

extension PreparedTask {
    /// What is known of the work that the adapter makes: from its runs and versions where there are any, else from plan and data.
    func costFacts(in workspace: Workspace) throws -> CostFacts {
        let stored = try workspace.registry.latestVersion(of: declaration.name).map {
            try workspace.versions.storedLargeFiles(of: $0).values.reduce(0, +)
        }
        let planned = try plan.adapterBytes(over: ModelConfiguration(folder: baseFolder))
        return CostFacts(
            measured: try workspace.registry.runs(of: declaration.name).measured,
            trainingTokens: plan.tokens(reading: dataset.examples), effectiveExamples: report.effectiveRows,
            heldOutTokens: heldOut.reduce(0) { $0 + $1.tokens.count },
            bytes: stored.flatMap { $0 > 0 ? $0 : nil } ?? planned)
    }
}

extension Workspace {
    func costFacts(of declaration: AdapterDeclaration) throws -> CostFacts {
        try PreparedTask(declaration, typed: TrainingOptions(), in: self).costFacts(in: self)
    }

    /// What one training costs, as `cost` says it. The data is read only where no training has finished.
    ///
    /// - Parameter task: what is known of it already.
    func trainingRates(of declaration: AdapterDeclaration, by policy: Policy, task: PreparedTask? = nil) throws -> CostRates {
        let table = try policy.costs.overridden(by: declaration.costs)
        let measured = try registry.runs(of: declaration.name).measured
        let facts =
            try measured.map { CostFacts(measured: $0) } ?? task?.costFacts(in: self) ?? costFacts(of: declaration)
        return CostRates(facts, table, by: policy)
    }
}

extension Run {
    /// From beginning to end, pauses of a run that was stopped and gone on with included; nil while it runs.
    var hours: Double? {
        end.map { Double(max(0, $0.at.secondsSinceEpoch - start.at.secondsSinceEpoch)) / 3_600 }
    }
}

extension [Run] {
    /// The median of those that came to their end; nil without one.
    var measured: CostFacts.Measured? {
        let hours = filter { $0.state == .finished }.compactMap(\.hours).sorted()
        guard !hours.isEmpty else { return nil }
        let median = (hours[(hours.count - 1) / 2] + hours[hours.count / 2]) / 2
        return CostFacts.Measured(hours: median, runs: hours.count)
    }
}
