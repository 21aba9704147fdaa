/// Why a text names nothing that a registry can hold.
public struct NameError: Error, Hashable {
    public enum Kind: String, Sendable, Hashable {
        case adapter, base, alias, version, run, suite
    }

    public enum Fault: Sendable, Hashable {
        case empty
        case tooLong(limit: Int)
        case character(Unicode.Scalar)
        /// It begins or ends with a point, dash or underscore.
        case ends
        case twoPoints
        case lockEnding
        /// An alias that reads like a version number.
        case looksLikeVersion
        /// It has not the form that its kind asks for, such as `name@v3`.
        case form(wanted: String)
    }

    public let kind: Kind
    public let text: String
    public let fault: Fault

    public init(kind: Kind, text: String, fault: Fault) {
        self.kind = kind
        self.text = text
        self.fault = fault
    }
}
