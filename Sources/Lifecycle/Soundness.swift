import Adapters
import Policies
import Registry
import StrictJSON
import Suites
import Training

/// Whether an adapter works at all and what it makes its base forget: what the gate asks beside errors on held-out rows.
struct Soundness: Sendable {
    /// By golden probes: the largest change of a token's log-probability, in nats; nil where nobody looked.
    let effect: Double?
    /// The share of golden probes' answers that ended by themselves; nil where none was to end.
    let probeStopRate: Double?
    /// The adapter and its base beside each other on out-of-domain suites.
    let suites: SuiteScores

    init(effect: Double?, probeStopRate: Double?, suites: SuiteScores) {
        (self.effect, self.probeStopRate, self.suites) = (effect, probeStopRate, suites)
    }

    /// As `members` writes it; what is missing is nil or empty, as evidence from before it was asked has none.
    init(json: JSONValue?, at time: Timestamp) {
        self.init(
            effect: json?["effect"]?.doubleValue, probeStopRate: json?["probe_stop_rate"]?.doubleValue,
            suites: SuiteScores(json: json?["suites"], at: time))
    }

    var members: [(String, JSONValue)] {
        [
            ("suites", suites.json), ("effect", effect.map { .number($0) } ?? .null),
            ("probe_stop_rate", probeStopRate.map { .number($0) } ?? .null),
        ]
    }

    /// - Parameter asked: what counts of the suites: those that are asked now.
    func state(in facts: inout GateFacts, asking asked: [Suite], confidence: Double) {
        (facts.effect, facts.probeStopRate) = (effect, probeStopRate)
        facts.suites = suites.among(asked).comparisons(confidence: confidence)
    }

    /// Those of some suites that were neither asked nor found to be of no use on this base.
    func unasked(of suites: [Suite]) -> [SuiteName] {
        let asked = self.suites.among(suites)
        let known = asked.entries.map(\.suite) + asked.unasked.map(\.suite)
        return suites.map(\.name).filter { !known.contains($0) }
    }

    /// Whether it answers everything that the gate may ask.
    func isComplete(for suites: [Suite]) -> Bool { effect != nil && unasked(of: suites).isEmpty }
}

extension Workspace {
    /// What the gate of a policy puts to a version beside its own rows; none where it asks for none.
    func suites(askedBy policy: Policy) throws -> [Suite] { policy.gate.suites == nil ? [] : try SuiteShelf(layout).all() }
}

extension Examiner {
    /// A released version's, measured here unless it is known; for one that brought no evidence, or too little.
    func soundness(of version: VersionID, asking suites: [Suite], now: Timestamp) throws -> Soundness {
        let published = try workspace.registry.version(version).published
        if let other = try elsewhere(published) { return try other.soundness(of: version, asking: suites, now: now) }
        let key = task.conditions.soundnessKey(of: published.commit)
        if let known = try workspace.registry.measurement(key, notAfter: now).map({ Soundness(json: $0.result, at: now) }),
            known.isComplete(for: suites)
        {
            return known
        }
        let folder = try VersionCache(of: workspace).folder(of: published)
        let probes = try probes(folder).measured
        let found = Soundness(
            effect: probes.effect, probeStopRate: probes.stopRate,
            suites: try self.suites(suites, of: folder, as: "\(version)", now: now))
        try workspace.registry.record(
            RecordedMeasurement(
                key: key, adapter: task.declaration.name, result: .object(JSONObject(found.members)), at: now))
        return found
    }
}
