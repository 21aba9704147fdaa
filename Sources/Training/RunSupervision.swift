import Digests
import Foundation

/// By what a run is judged while it trains; without it a run does its planned steps whatever happens.
public struct RunSupervision: Sendable {
    /// Rows that are not learned from.
    public struct HeldOut: Sendable {
        public let rows: [EncodedRow]
        public let limits: RunLimits

        /// - Throws: `DataError` when no row has a token to judge by.
        public init(_ rows: [EncodedRow], of file: String, limits: RunLimits) throws(DataError) {
            self.rows = rows.filter { $0.fault == nil }
            self.limits = limits
            guard !self.rows.isEmpty else { throw DataError(.nothingSupervised(rows: rows.count), file: file) }
        }
    }

    public let watchdog: LossWatchdog.Limits
    /// Nil when a run simply does its planned steps.
    public let heldOut: HeldOut?

    public init(watchdog: LossWatchdog.Limits, heldOut: HeldOut? = nil) {
        self.watchdog = watchdog
        self.heldOut = heldOut
    }
}

extension RunSupervision.HeldOut {
    /// SHA-256 over tokens and labels of the rows and the limits: all that the rule's decisions depend on beside the run itself.
    public var digest: ContentDigest {
        ContentDigest(of: Data("\(rows.contentDigest)\n\(limits.json.text())".utf8))
    }
}
