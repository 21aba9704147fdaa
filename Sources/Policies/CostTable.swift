import Adapters
import StrictJSON
import StrictYAML

/// The prices and assumptions that a cost is calculated by: a policy's, in which an adapter and the command line may set others.
public struct CostTable: Sendable, Hashable {
    /// Who says a number.
    public enum Origin: Sendable, Hashable {
        case policy
        /// The place in the adapter's declaration.
        case adapter(String)
        case typed
    }

    public struct Entry: Sendable, Hashable {
        public let value: Double
        public let origin: Origin

        /// The number without a needless fraction.
        public var words: String { sixDecimals(value) }
    }

    public let currency: Currency
    private var entries: [CostKey: Entry]

    /// Nil where nobody says anything, which only `CostKey.usage` allows.
    public subscript(key: CostKey) -> Entry? { entries[key] }

    func value(_ key: CostKey) -> Double { entries[key]?.value ?? 0 }

    init(reading reader: YAMLReader) throws {
        currency = try reader.required("currency", among: Currency.self)
        entries = [:]
        for key in CostKey.allCases {
            let isOptional = CostKey.usage.contains(key)
            let value =
                try isOptional
                ? reader.optional(key.rawValue, as: Double.self) : reader.required(key.rawValue, as: Double.self)
            guard let value else { continue }
            guard key.range.contains(value) else {
                throw PolicyError(.outOfRange("\(value)", wanted: key.wanted), at: reader.place(of: key.rawValue))
            }
            entries[key] = Entry(value: value, origin: .policy)
        }
    }

    /// With what an adapter declares under `costs:`.
    public func overridden(by settings: [DeclaredSetting]) throws(CostError) -> CostTable {
        var table = self
        for setting in settings { try table.set(setting) }
        return table
    }

    /// Out of line: Swift 6.3 gives up optimising the loop with this as its body.
    @inline(never)
    private mutating func set(_ setting: DeclaredSetting) throws(CostError) {
        let number = setting.value.doubleValue
        try set(setting.key, to: number, written: setting.value.text(), .adapter(setting.place), at: setting.place)
    }

    /// With what somebody typed, as `machine_hour=0.8`.
    public func overridden(byTyped texts: [String]) throws(CostError) -> CostTable {
        var table = self
        for text in texts {
            guard let equals = text.firstIndex(of: "=") else { throw CostError(.malformed(text), place: "--cost") }
            let (key, value) = (String(text[..<equals]), String(text[text.index(after: equals)...]))
            try table.set(key, to: Double(value), written: value, .typed, at: "--cost")
        }
        return table
    }

    private mutating func set(
        _ name: String, to value: Double?, written: String, _ origin: Origin, at place: String
    ) throws(CostError) {
        guard let key = CostKey(rawValue: name) else {
            throw CostError(name == "currency" ? .currency(currency) : .unknownKey(name), place: place)
        }
        guard let value, key.range.contains(value) else {
            throw CostError(.outOfRange(key, written: written), place: place)
        }
        entries[key] = Entry(value: value, origin: origin)
    }

    /// Every number with who says it.
    public var json: JSONValue {
        var object = JSONObject([("currency", .string(currency.rawValue))])
        for key in CostKey.allCases {
            object[key.rawValue] = entries[key].map { ["value": .number($0.value), "origin": .string($0.origin.words)] } ?? .null
        }
        return .object(object)
    }
}

extension CostTable.Origin {
    public var words: String {
        switch self {
        case .policy: "policy"
        case .adapter(let place): place
        case .typed: "command line"
        }
    }
}
