import Adapters
import Registry
import StrictJSON
import Versions

/// Why an alias points to a version: who put it there, what let the version in, and what it came from.
public struct WhyVersion: Sendable {
    /// Nil when a version was asked for by its number and no alias points to it.
    public let standing: AliasStanding?
    public let record: VersionRecord
    /// What brought the version into the registry.
    public let admitted: RegistryEvent?
    /// The gate's verdict as it was released with the version: each rule with its numbers.
    public let gate: JSONValue?
    /// The advice that training followed, likewise.
    public let advice: JSONValue?
    /// On what grounds the alias was moved to it, where it is protected: each rule with its numbers.
    public let promotion: JSONValue?

    /// One sentence for each rule of the gate.
    public var gateReasons: [String] { Self.reasons(gate) }
    public var adviceReasons: [String] { Self.reasons(advice) }
    /// Whether the promotion says more than the gate: what was let in on its evidence is mostly put into use on the same.
    public var tellsOfPromotion: Bool {
        gate == nil || standing?.since.isForced == true || promotion?["verdict"]?.stringValue == "failed"
    }
    /// One sentence for each of the findings.
    public var promotionReasons: [String] {
        (promotion?["rules"]?.arrayValue ?? []).compactMap { $0["reason"]?.stringValue }
    }

    private static func reasons(_ verdict: JSONValue?) -> [String] {
        (verdict?["reasons"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    public var json: JSONValue {
        [
            "schema": "lora.why/1", "version": .string("\(record.version)"), "standing": standing?.json ?? .null,
            "admitted": admitted?.json ?? .null, "gate": gate ?? .null, "should_finetune": advice ?? .null,
            "promotion": promotion ?? .null, "lineage": record.lineage.json,
        ]
    }
}

extension Workspace {
    /// - Parameter text: `name@production`, another alias, or `name@v3`; a bare name means production.
    public func why(_ text: String) throws -> WhyVersion {
        let reference = try VersionReference(text)
        try requireKnown(reference.adapter)
        let meant = VersionReference(reference.adapter, reference.selector ?? .alias(.production))
        let record = try registry.version(try registry.resolve(meant))
        let events = try registry.history(of: reference.adapter)
        let standings = events.standings(at: .latest).filter { $0.version == record.version }
        let decision = try versions.contents(of: Release.decisionFile, in: record.version).map { try JSONValue(parsing: $0) }
        let standing =
            standings.first { meant.selector == .alias($0.alias) } ?? standings.first { $0.alias == .production }
            ?? standings.first
        return WhyVersion(
            standing: standing, record: record,
            admitted: events.first { $0.version == record.version && [.admitted, .adopted, .recovered].contains($0.kind) },
            gate: decision?["gate"], advice: decision?["should_finetune"], promotion: try standing.flatMap(promotion))
    }

    /// The verdict with which an alias came to stand where it does; nil where none was asked for.
    private func promotion(_ standing: AliasStanding) throws -> JSONValue? {
        try registry.decisions(of: standing.version.adapter).last {
            $0.question == .promote && $0.at == standing.since.at && $0.verdict["alias"]?.stringValue == standing.alias.text
                && $0.verdict["version"]?.stringValue == "\(standing.version)"
        }?.verdict
    }
}
