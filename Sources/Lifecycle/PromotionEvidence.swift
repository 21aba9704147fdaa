import Adapters
import StrictJSON

/// What speaks for and against moving a protected alias to a version.
public struct PromotionEvidence: Sendable, Hashable {
    public struct Finding: Sendable, Hashable {
        /// `evidence`, `gate`, `declared_data`, or a rule of the policy's gate.
        public let rule: String
        public let passed: Bool
        /// The outcome with its numbers, as one sentence.
        public let reason: String
        /// The command that measures what is missing, where that is what fails.
        public var mend: String?
    }

    public let version: VersionID
    public let alias: AliasName
    public let findings: [Finding]
    /// That of today, where it judged.
    public var policy: PolicyStamp?

    public var failures: [Finding] { findings.filter { !$0.passed } }
    public var isPassing: Bool { failures.isEmpty }

    /// `lora.promotion/1`, as the decision ledger keeps it.
    public var json: JSONValue {
        [
            "schema": "lora.promotion/1", "version": .string("\(version)"), "alias": .string(alias.text),
            "verdict": .string(isPassing ? "passed" : "failed"), "policy": policy?.json ?? .null,
            "rules": .array(
                findings.map { ["rule": .string($0.rule), "passed": .bool($0.passed), "reason": .string($0.reason)] }),
        ]
    }
}

/// The evidence that a version carries: what its release wrote into it.
struct ReleasedEvidence {
    /// The digest of the held-out rows it was measured on.
    let heldOut: String?
    let candidate: HeldOutScore
    let base: HeldOutScore
    let soundness: Soundness
    /// What it answered to the probes that were kept when it was released; nil where there were none.
    let kept: KeptProbesResult?
    /// Whether the gate let it in, and the name of its policy.
    let isAdmitted: Bool
    let policy: String

    /// Whether its scores are those of these rows, as far as it says and they can be.
    func isMeasured(on rows: DatasetVersion.Split) -> Bool {
        heldOut == "\(rows.digest)" && candidate.rows == rows.rows && base.rows == rows.rows
    }

    /// - Returns: the evidence, or what it lacks.
    static func read(_ version: VersionID, at time: Timestamp, in workspace: Workspace) throws -> Result<ReleasedEvidence, Lack> {
        var files: [String: JSONValue] = [:]
        for name in [Release.evaluationFile, Release.decisionFile] {
            guard let data = try workspace.versions.contents(of: name, in: version) else {
                return .failure(Lack(words: "\(name) is missing"))
            }
            do throws(JSONError) {
                files[name] = try JSONValue(parsing: data)
            } catch {
                return .failure(Lack(words: "\(name) cannot be read"))
            }
        }
        guard try workspace.versions.contents(of: Release.rowsFile, in: version) != nil else {
            return .failure(Lack(words: "\(Release.rowsFile) is missing"))
        }
        let (evaluation, gate) = (files[Release.evaluationFile], files[Release.decisionFile]?["gate"])
        guard let candidate = evaluation?["candidate"].flatMap({ HeldOutScore(json: $0, at: time) }),
            let base = evaluation?["base"].flatMap({ HeldOutScore(json: $0, at: time) }),
            let answer = gate?["verdict"]?.stringValue
        else { return .failure(Lack(words: "its evaluation or its verdict is malformed")) }
        return .success(
            ReleasedEvidence(
                heldOut: evaluation?["held_out"]?.stringValue, candidate: candidate, base: base,
                soundness: Soundness(json: evaluation, at: time),
                kept: evaluation?["kept_probes"].flatMap(KeptProbesResult.init),
                isAdmitted: answer == GateVerdict.Answer.admitted.rawValue,
                policy: gate?["policy"]?["name"]?.stringValue ?? "unknown"))
    }

    struct Lack: Error, Hashable {
        let words: String
    }
}
