import StrictJSON

/// Writes block-style YAML: the same members always give the same bytes, and reading them gives the members back.
public struct YAMLWriter {
    public private(set) var text = ""
    private let indent: String

    public init() { self.init(indent: "") }

    private init(indent: String) { self.indent = indent }

    public mutating func comment(_ line: String) { text += "\(indent)# \(line)\n" }

    public mutating func add(_ key: String, _ value: JSONValue) {
        switch value {
        case .object(let object) where !object.isEmpty:
            text += "\(indent)\(key):\n"
            var section = YAMLWriter(indent: indent + "  ")
            for (key, value) in object.members { section.add(key, value) }
            text += section.text
        case .array(let elements) where !elements.isEmpty:
            text += "\(indent)\(key):\n"
            for element in elements { addElement(element) }
        default: text += "\(indent)\(key): \(Self.scalar(value))\n"
        }
    }

    /// A section's first key stands on the line of its dash.
    private mutating func addElement(_ element: JSONValue) {
        guard let object = element.objectValue, !object.isEmpty else {
            text += "\(indent)  - \(Self.scalar(element))\n"
            return
        }
        var section = YAMLWriter(indent: indent + "    ")
        for (key, value) in object.members { section.add(key, value) }
        text += "\(indent)  - " + section.text.dropFirst(indent.count + 4)
    }

    private static func scalar(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): isPlain(text) ? text : quoted(text)
        case .array: "[]"
        case .object: "{}"
        default: value.text()
        }
    }

    /// Whether every reader of YAML takes the unquoted text for a text: words of letters, digits and a few harmless signs that
    /// neither look like a number, a date nor a constant.
    static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, first.properties.isAlphabetic || isAmount(text), text.last != " " else {
            return false
        }
        let harmless = text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || " ._/-".unicodeScalars.contains(scalar))
        }
        let constants = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "inf", "nan", "infinity"]
        return harmless && !constants.contains(text.lowercased())
    }

    /// Digits with a unit behind them, such as `9mo`; not what begins like a number in another base or with an exponent.
    private static func isAmount(_ text: String) -> Bool {
        let unit = text.drop { ("0"..."9").contains($0) }
        guard let first = unit.first, unit.utf8.count < text.utf8.count else { return false }
        return !"eExXoObB_".contains(first) && unit.allSatisfy { $0.isASCII && $0.isLetter }
    }

    /// A double-quoted text, in which every character that is not printable ASCII or a letter is escaped.
    private static func quoted(_ text: String) -> String {
        let body = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\t": "\\t"
            case _ where isPrintable(scalar): String(scalar)
            default: "\\U" + padded(String(scalar.value, radix: 16, uppercase: true))
            }
        }
        return "\"\(body.joined())\""
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        (" "..."~").contains(scalar) || (scalar.value > 0xA0 && scalar.properties.isAlphabetic && scalar.value < 0xFFFE)
    }

    private static func padded(_ digits: String) -> String { String(repeating: "0", count: max(0, 8 - digits.count)) + digits }
}
