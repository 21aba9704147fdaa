import Digests
import StrictJSON

/// Something that was measured, kept so that it need not be measured again while nothing it depends on has changed.
public struct RecordedMeasurement: Sendable, Hashable {
    /// What a result depends on; equal keys mean that a result can be used again.
    public struct Key: Sendable, Hashable {
        /// What was done, such as `base_error` or `evaluation`.
        public let kind: String
        /// The digest of what was measured: a base, or an adapter's weights.
        public let subject: ContentDigest
        /// The digest of everything else that shapes the result: data, metric, precision, prompt.
        public let conditions: ContentDigest

        public init(kind: String, subject: ContentDigest, conditions: ContentDigest) {
            self.kind = kind
            self.subject = subject
            self.conditions = conditions
        }

        /// Digests the conditions as compact JSON with sorted keys.
        public init(kind: String, subject: ContentDigest, conditions: JSONValue) {
            let text = conditions.data(JSONLayout(indent: nil, sortsKeys: true))
            self.init(kind: kind, subject: subject, conditions: ContentDigest(of: text))
        }
    }

    public let key: Key
    public let adapter: AdapterName
    public let result: JSONValue
    public let at: Timestamp

    public init(key: Key, adapter: AdapterName, result: JSONValue, at: Timestamp) {
        self.key = key
        self.adapter = adapter
        self.result = result
        self.at = at
    }
}
