import Adapters
import Faults

/// Why an alias stays where it is.
public enum PromotionError: Error, Hashable {
    /// It is protected, and the evidence does not pass.
    case refused(PromotionEvidence)
    /// It is protected, and would be taken away.
    case protected(AdapterName, AliasName)
    /// The version belongs to another adapter.
    case foreign(VersionID, AdapterName)
}

extension PromotionError: Explained {
    public var explanation: Explanation {
        switch self {
        case .refused(let evidence):
            Explanation(
                "'\(evidence.alias)' is protected and may not move to \(evidence.version). "
                    + evidence.failures.map { "\($0.rule): \($0.reason)" }.joined(separator: " "),
                next: Self.next(evidence), kind: .verification)
        case .protected(let adapter, let alias):
            Explanation(
                "'\(alias)' is protected; taking it away leaves whoever uses \(adapter)@\(alias) with nothing.",
                next: "When nobody does, remove it with --force and a --reason.", kind: .verification)
        case .foreign(let version, let adapter):
            Explanation(
                "\(version) is no version of '\(adapter)'.", next: "`lora show \(adapter)` shows its versions.", kind: .usage)
        }
    }

    private static func next(_ evidence: PromotionEvidence) -> String {
        // evidence that it lacks comes of the same measurement
        let mends = evidence.failures.compactMap { $0.rule == "evidence" ? "lora evaluate \(evidence.version)" : $0.mend }
        let commands = mends.enumerated().filter { !mends[..<$0.offset].contains($0.element) }.map { "`\($0.element)`" }
        return
            (mends.count == evidence.failures.count
            ? "\(commands.joined(separator: ", ")) \(commands.count == 1 ? "measures" : "measure") what is missing; then try again"
            : "Train a better version") + ", or move it all the same with --force and a --reason."
    }
}
