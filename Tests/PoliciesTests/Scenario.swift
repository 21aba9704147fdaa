import Adapters
import Foundation
import StrictYAML
import TestSupport

/// One judgement worked out by hand: the facts and what must be said about them.
struct Scenario<Facts, Outcome> {
    let name: String
    let facts: Facts
    let outcome: Outcome
}

struct FineTuningOutcome {
    let verdict: String
    let rules: [String: String]
    let alternatives: [String]
    let collect: Int?
    let needs: [String]
    let moreRows: Int?
    let signals: [String: Bool]
    let because: [String]
}

struct GateOutcome {
    let verdict: String
    let rules: [String: String]
    let because: [String]
}

struct RetrainOutcome {
    let now: Timestamp
    let due: [String]
    let pending: [String]
    let nextDue: String
}

/// The scenarios recorded for one shipped policy.
struct ScenarioFile {
    let fineTuning: [Scenario<FineTuningFacts, FineTuningOutcome>]
    let gate: [Scenario<GateFacts, GateOutcome>]
    let retraining: [Scenario<AdapterFacts, RetrainOutcome>]

    init(of policy: ShippedPolicy) throws {
        let file = Fixture.root.appending(path: "policies/\(policy.rawValue).yaml")
        (fineTuning, gate, retraining) = try YAMLNode(contentsOf: file).section { reader in
            // read by `PruneScenarioTests`
            _ = try reader.list("prune")
            return (
                try scenarios(reader, "fine_tuning", FineTuningFacts.init(reading:), FineTuningOutcome.init(reading:)),
                try scenarios(reader, "gate", GateFacts.init(reading:), GateOutcome.init(reading:)),
                try scenarios(reader, "retraining", AdapterFacts.init(reading:), RetrainOutcome.init(reading:))
            )
        }
    }
}

private func scenarios<Facts, Outcome>(
    _ reader: YAMLReader, _ key: String, _ facts: (YAMLReader) throws -> Facts, _ outcome: (YAMLReader) throws -> Outcome
) throws -> [Scenario<Facts, Outcome>] {
    try reader.list(key).map { node in
        try node.section { reader in
            Scenario(
                name: try reader.required("name", as: String.self), facts: try reader.required(section: "facts", facts),
                outcome: try outcome(reader))
        }
    }
}

extension YAMLReader {
    fileprivate func texts(_ key: String) throws -> [String] { try list(key).map { try $0.value(as: String.self) } }

    fileprivate func map<Value: YAMLScalar>(_ key: String, of type: Value.Type) throws -> [String: Value] {
        try optional(section: key) { reader in
            try Dictionary(uniqueKeysWithValues: reader.keys.map { ($0, try reader.required($0, as: type)) })
        } ?? [:]
    }

    fileprivate func moment(_ key: String) throws -> Timestamp? {
        try optional(key, as: Timestamp.self, form: Timestamp.form)
    }

    fileprivate func rate(_ key: String, rows: Int? = nil, measuredAt: Timestamp? = nil) throws -> MeasuredRate? {
        try optional(key, as: Double.self).flatMap { MeasuredRate($0, sampleSize: rows, measuredAt: measuredAt) }
    }
}

extension FineTuningOutcome {
    fileprivate init(reading reader: YAMLReader) throws {
        verdict = try reader.required("verdict", as: String.self)
        rules = try reader.map("rules", of: String.self)
        alternatives = try reader.texts("alternatives")
        collect = try reader.optional("collect", as: Int.self)
        needs = try reader.texts("needs")
        moreRows = try reader.optional("more_rows", as: Int.self)
        signals = try reader.map("signals", of: Bool.self)
        because = try reader.texts("because")
    }
}

extension GateOutcome {
    fileprivate init(reading reader: YAMLReader) throws {
        verdict = try reader.required("verdict", as: String.self)
        rules = try reader.map("rules", of: String.self)
        because = try reader.texts("because")
    }
}

extension RetrainOutcome {
    fileprivate init(reading reader: YAMLReader) throws {
        now = try reader.required("now", as: Timestamp.self, form: Timestamp.form)
        due = try reader.texts("due")
        pending = try reader.texts("pending")
        nextDue = try reader.required("next_due", as: String.self)
    }
}

extension FineTuningFacts {
    fileprivate init(reading reader: YAMLReader) throws {
        let (rows, measured) = (try reader.optional("sample", as: Int.self), try reader.moment("measured"))
        self.init(
            baseError: try reader.rate("base_error", rows: rows, measuredAt: measured),
            effectiveExamples: try reader.optional("examples", as: Int.self),
            horizon: try reader.optional("horizon", as: CalendarSpan.self, form: CalendarSpan.form),
            signals: SignalFacts(
                promptingAccuracy: try reader.optional("accuracy", as: Double.self),
                promptTokens: try reader.optional("prompt_tokens", as: Int.self),
                domainVocabularyRatio: try reader.optional("vocabulary", as: Double.self)))
    }
}

extension GateFacts {
    fileprivate init(reading reader: YAMLReader) throws {
        let rows = try reader.required("rows", as: Int.self)
        let pairs = try reader.list("base_pairs").map { try $0.value(as: Int.self) }
        guard let candidate = try reader.rate("candidate", rows: rows), let base = try reader.rate("base", rows: rows) else {
            throw YAMLError(.missingKey("candidate"), at: reader.place)
        }
        self.init(
            candidateError: candidate,
            base: Rival(error: base, pairs: pairs.count == 2 ? PairedCounts(onlyFirst: pairs[0], onlySecond: pairs[1]) : nil),
            production: try reader.rate("production", rows: rows).map { Rival(error: $0) },
            parent: try reader.rate("parent", rows: rows).map { Rival(error: $0) })
    }
}

extension AdapterFacts {
    fileprivate init(reading reader: YAMLReader) throws {
        let name = try AdapterName("ticket-router")
        let trained = try reader.moment("trained")
        let (rows, error) = (try reader.list("rows"), try reader.list("error"))
        self.init(
            adapter: name, version: trained.map { _ in VersionID(name, 1) }, lastTrained: trained,
            base: try BaseObservation(reading: reader.requiredNode("base")),
            baseIsFloating: try reader.optional("floating", as: Bool.self) ?? false,
            data: try rows.isEmpty
                ? nil : DataFacts(rowsAtTraining: rows[0].value(as: Int.self), rowsNow: rows[1].value(as: Int.self)),
            metric: try error.isEmpty
                ? nil
                : MeasuredRate(error[0].value(as: Double.self)).map {
                    MetricFacts(errorAtRelease: $0, errorNow: MeasuredRate(try error[1].value(as: Double.self)))
                },
            regressionSuite: try reader.optional("regression", among: RegressionSuite.self) ?? .none,
            manualRequest: try reader.optional("manual", as: String.self))
    }
}

extension BaseObservation {
    fileprivate init(reading node: YAMLNode) throws {
        if case .sequence(let changes) = node.content {
            self = .changed(Set(try changes.map { try $0.choice(among: BaseChange.self) }))
        } else {
            self = try node.value(as: String.self) == "unchanged" ? .unchanged : .unchecked("not reachable")
        }
    }
}
