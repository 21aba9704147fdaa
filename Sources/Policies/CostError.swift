import Faults

/// Why a number of a calculation of cost, which is no policy's, cannot be meant.
public struct CostError: Error, Hashable {
    public enum Reason: Sendable, Hashable {
        case malformed(String)
        case unknownKey(String)
        case outOfRange(CostKey, written: String)
        /// Somebody sets a currency of his own beside prices in this one.
        case currency(Currency)
    }

    public let reason: Reason
    /// `file:line:key`, or the option.
    public let place: String

    public init(_ reason: Reason, place: String) {
        self.reason = reason
        self.place = place
    }
}

extension CostError: Explained {
    public var explanation: Explanation { Explanation(what, at: place, next: next, kind: .usage) }

    private var what: String {
        switch reason {
        case .malformed(let text): "'\(text)' sets nothing."
        case .unknownKey(let name): "No cost is named '\(name)'."
        case .outOfRange(let key, let written): "'\(key.rawValue)' should be \(key.wanted), but is \(written)."
        case .currency(let currency): "Prices stand in the currency of the policy, \(currency.rawValue); none is converted."
        }
    }

    private var next: String {
        switch reason {
        case .malformed: "Write a key and a number, such as machine_hour=0.8."
        case .unknownKey(let name):
            nearestName(to: name, among: CostKey.allCases.map(\.rawValue)).map { "Did you mean '\($0)'?" }
                ?? "`lora policy explain default costs` shows all."
        case .outOfRange(let key, _): "Write \(key.wanted)."
        case .currency: "Write a policy that states all prices in the currency that you want."
        }
    }
}
