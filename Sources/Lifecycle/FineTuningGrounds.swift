import Adapters
import Foundation
import Policies
import StrictJSON
import Training

/// A policy with the keys that it was read from.
struct ReadPolicy {
    let policy: Policy
    let settings: [PolicySetting]

    init(_ source: PolicyFile, on shelf: PolicyShelf) throws {
        policy = try shelf.policy(from: source)
        settings = source.settings
    }
}

extension ShouldFinetune {
    /// What a verdict was made by, beside the facts.
    struct Grounds: Sendable {
        typealias Sources = VerdictArithmetic.Sources

        let policy: Policy
        let settings: [PolicySetting]
        let sources: Sources
        let now: Timestamp
        /// What the base's error was measured on; null for a number that was given by hand.
        var evidence = JSONValue.null

        init(policy: ReadPolicy, sources: Sources, now: Timestamp) {
            (self.policy, settings) = (policy.policy, policy.settings)
            (self.sources, self.now) = (sources, now)
        }
    }
}

extension PreparedTask {
    /// The base and the rows that a measurement rests on.
    func evidence(isReused: Bool) -> JSONValue {
        [
            "base": .string("\(base.digest)"),
            "held_out": datasetVersion.heldOut.map { .string("\($0.digest)") } ?? .null, "reused": .bool(isReused),
        ]
    }
}

extension ShouldFinetune.Outcome {
    /// Each rule worked out step by step.
    public var arithmetic: VerdictArithmetic {
        VerdictArithmetic(
            of: verdict, on: facts, by: grounds.policy, settings: grounds.settings, sources: grounds.sources, now: grounds.now)
    }

    /// The keys of the policy's prices, with their places.
    public var prices: [PolicySetting] { grounds.settings.filter { $0.key.hasPrefix("costs.") } }

    public var sensitivity: Sensitivity { Sensitivity(of: facts, by: grounds.policy, now: grounds.now) }

    /// The verdict with what was asked for beside it.
    public func json(explains: Bool, probes: Bool) -> JSONValue {
        var object = json.objectValue ?? JSONObject()
        if explains {
            var explanation = arithmetic.json.objectValue ?? JSONObject()
            explanation["cost"] = .array(cost.map(\.steps).map { $0.map { .string($0.words) } } ?? [])
            object["explanation"] = .object(explanation)
        }
        if probes { object["sensitivity"] = sensitivity.json }
        return .object(object)
    }
}

extension VerdictArithmetic.Sources {
    /// Of numbers given by hand.
    init(typed request: ShouldFinetune.Request) {
        self.init(
            baseError: request.baseError.map { _ in "--base-error" }, examples: request.examples.map { _ in "--examples" },
            horizon: request.horizon.map { _ in "--horizon" })
    }

    /// Of a declared adapter, where nothing was given by hand.
    init(typed request: ShouldFinetune.Request, task: PreparedTask, isReused: Bool) {
        let typed = Self(typed: request)
        let (data, report) = (task.declaration.data, task.report)
        let found = DataReport.Finding.allCases.filter { report.count($0) > 0 }.map {
            "\(report.count($0)) \($0.rawValue.replacing("_", with: " "))"
        }
        let without = found.isEmpty ? "all effective" : "without \(found.joined(separator: ", "))"
        self.init(
            baseError: typed.baseError
                ?? "base '\(task.base.name)' on \(data.heldOut), \(isReused ? "earlier evidence, used again" : "measured now")",
            examples: typed.examples ?? "\(data.train): \(counted(report.rows, "row")), \(without)",
            horizon: typed.horizon ?? "declared for '\(task.declaration.name)'")
    }
}
