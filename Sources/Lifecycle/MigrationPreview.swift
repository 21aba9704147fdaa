import Adapters
import Policies
import StrictJSON

/// What a migration would do.
public struct MigrationPreview: Sendable {
    public let adapter: AdapterName
    public let from: BaseName
    public let to: BaseName
    /// Whether both bases are the same bytes, so that nothing would be done.
    public let isSame: Bool
    /// The version that would be compared; nil before the first.
    public let old: VersionID?
    /// A version on the new base that is there already, from an earlier call.
    public let left: VersionID?
    /// Held-out rows that each is measured on.
    public let rows: Int
    public let policy: String
    public let expected: ExpectedExpense

    public var json: JSONValue {
        [
            "schema": "lora.migrate-preview/1", "adapter": .string(adapter.text), "from": .string(from.text),
            "to": .string(to.text), "same_bytes": .bool(isSame), "compared": old.map { .string("\($0)") } ?? .null,
            "trained_already": left.map { .string("\($0)") } ?? .null, "rows": .integer(rows), "policy": .string(policy),
            "expected": expected.json,
        ]
    }
}
