import Adapters
import Foundation
import Monitoring
import Registry
import StrictJSON
import Training

/// What was measured of a version since it came, on the rows that are held out now: all that is known of one that was trained elsewhere, as
/// it brought no proof.
public struct LaterProof: Sendable {
    let declaration: AdapterDeclaration
    let heldOut: HeldOutScore
    let base: HeldOutScore?
    let prompted: HeldOutScore?
    /// Nil where nobody looked.
    let soundness: Soundness?

    public var measuredAt: Timestamp { heldOut.measuredAt }
    /// Largest change of a token's log-probability, in nats; nil where nobody looked.
    public var effect: Double? { soundness?.effect }
    /// The share of golden probes' answers that ended by themselves; nil where none was to end.
    public var probeStopRate: Double? { soundness?.probeStopRate }
    /// On suites far from its task, against its base.
    public var suites: [SuiteComparison] { soundness?.suites.comparisons(confidence: 0.95) ?? [] }

    /// By the names under which a release records them.
    public var metrics: [NamedMetric] {
        let errors = [(NamedMetric.error, heldOut.error), (NamedMetric.baseError, base?.error)]
        return errors.compactMap { name, error in error.map { NamedMetric(name, $0.value) } }
            + [NamedMetric(NamedMetric.heldOutRows, Double(heldOut.rows))]
    }

    public var json: JSONValue {
        [
            "measured_at": .string("\(measuredAt)"),
            "metrics": .object(JSONObject(metrics.map(\.member))),
            "effect": effect.map { .number($0) } ?? .null, "probe_stop_rate": probeStopRate.map { .number($0) } ?? .null,
            "suites": .array(
                suites.map { suite in
                    [
                        "suite": .string(suite.suite), "rows": .integer(suite.comparison.rows),
                        "error": .number(suite.comparison.first), "base_error": .number(suite.comparison.second),
                    ]
                }),
        ]
    }

    /// As `evaluation.json` tells it of a version that was released here, and when it was measured.
    func proof(_ slices: RowSlices, confidence: Double) -> JSONValue {
        let members: [(String, JSONValue)] = [
            ("schema", "lora.proof/1"), ("measured_at", .string("\(measuredAt)")),
            ("metric", .string(declaration.metric.name.rawValue)), ("confidence", .number(confidence)),
            ("candidate", heldOut.json), ("base", base?.json ?? .null), ("prompted_base", prompted?.json ?? .null),
            ("comparisons", ["base": comparison(slices, confidence)]),
            ("slices", .array(slices.scores(of: heldOut.answers, confidence: confidence).map(\.json))),
        ]
        return .object(JSONObject(members + (soundness?.members ?? [])))
    }

    private func comparison(_ slices: RowSlices, _ confidence: Double) -> JSONValue {
        guard let base, let comparison = heldOut.comparison(with: base, confidence: confidence) else { return .null }
        let compared = slices.comparisons(heldOut.answers, base.answers, confidence: confidence)
        return .object(JSONObject(comparison.members + [("slices", .array(compared.map(\.json)))]))
    }
}

extension Workspace {
    /// Nil for a version that brought its own proof, and where nobody measured it under what is declared now.
    func laterProof(of record: VersionRecord) throws -> LaterProof? {
        let adapter = record.version.adapter
        // what cannot be read tells nothing of rows or base
        guard try versions.contents(of: Release.evaluationFile, in: record.version) == nil,
            let declaration = try registry.readableDeclarations().declarations.first(where: { $0.name == adapter }),
            let conditions = conditions(of: record.lineage, declaredAs: declaration)
        else { return nil }
        let own = conditions.key(of: record.published.commit)
        let soundness = conditions.soundnessKey(of: record.published.commit)
        let prompted = promptedKey(conditions)
        let known = try registry.measurements([own, conditions.baseKey, soundness] + (prompted.map { [$0] } ?? []))
        guard let heldOut = known[own].flatMap(HeldOutScore.init) else { return nil }
        return LaterProof(
            declaration: declaration, heldOut: heldOut, base: known[conditions.baseKey].flatMap(HeldOutScore.init),
            prompted: prompted.flatMap { known[$0] }.flatMap(HeldOutScore.init),
            soundness: known[soundness].map { Soundness(json: $0.result, at: $0.at) })
    }

    /// Nil when base or held-out rows cannot be read: nothing was measured under such conditions.
    func conditions(of declaration: AdapterDeclaration) -> MeasuringConditions? {
        do {
            return try MeasuringConditions(of: declaration, in: self)
        } catch {
            return nil
        }
    }

    /// Those of a version: on the base that it was trained on, from which the declaration may have moved.
    func conditions(of lineage: Lineage, declaredAs declaration: AdapterDeclaration) -> MeasuringConditions? {
        let (own, declared) = (lineage.base, conditions(of: declaration))
        guard own.name != declaration.base, declared?.base.digest != own.digest else { return declared }
        return conditions(of: declaration.on(own.name))
    }

    private func promptedKey(_ conditions: MeasuringConditions) -> RecordedMeasurement.Key? {
        do {
            return try conditions.promptedKey()
        } catch {
            return nil
        }
    }
}
