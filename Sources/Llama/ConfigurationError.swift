/// Why a model's config.json (or adapter_config.json) cannot be followed.
public struct ConfigurationError: Error, Hashable {
    public enum Reason: Sendable, Hashable {
        case missing
        case wrongKind(expected: String)
        case outOfRange(found: String, allowed: String)
        case unsupported(found: String, supported: [String])
        /// Two keys that contradict each other.
        case inconsistent(String)
    }

    public let reason: Reason
    /// The file's path.
    public let file: String
    /// The key, with dots between levels: `rope_scaling.factor`.
    public let key: String

    public init(_ reason: Reason, file: String, key: String) {
        self.reason = reason
        self.file = file
        self.key = key
    }
}
