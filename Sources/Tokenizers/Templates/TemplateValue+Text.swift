/// How Python writes values.
extension TemplateValue {
    /// `str(value)`: what a template prints.
    var text: String {
        switch self {
        case .undefined: ""
        case .string(let value): value
        default: representation
        }
    }

    /// `repr(value)`: how the value looks inside a list or dictionary.
    var representation: String {
        var text = ""
        write(into: &text)
        return text
    }

    private func write(into text: inout String) {
        switch self {
        case .undefined: text += "Undefined"
        case .none: text += "None"
        case .bool(let value): text += value ? "True" : "False"
        case .integer(let value): text += String(value)
        case .float(let value): text += value.pythonRepresentation
        case .string(let value): text += value.pythonRepresentation
        case .list(let elements): Self.write(elements, "[", "]", into: &text)
        case .tuple(let elements): Self.write(elements, "(", elements.count == 1 ? ",)" : ")", into: &text)
        case .dictionary(let dictionary): Self.write(dictionary, into: &text)
        case .object(let object): text += object.representation
        }
    }

    private static func write(_ elements: [TemplateValue], _ opening: String, _ closing: String, into text: inout String) {
        text += opening
        for (place, element) in elements.enumerated() {
            if place > 0 { text += ", " }
            element.write(into: &text)
        }
        text += closing
    }

    private static func write(_ dictionary: TemplateDictionary, into text: inout String) {
        text += "{"
        for (place, key) in dictionary.keys.enumerated() {
            if place > 0 { text += ", " }
            key.write(into: &text)
            text += ": "
            dictionary.values[place].write(into: &text)
        }
        text += "}"
    }
}

extension String {
    /// `repr` of a string: single quotes unless only those occur in it, escapes for what does not print.
    var pythonRepresentation: String {
        let quote: Unicode.Scalar = utf8.contains(UInt8(ascii: "'")) && !utf8.contains(UInt8(ascii: "\"")) ? "\"" : "'"
        var text = String.UnicodeScalarView()
        text.append(quote)
        for scalar in unicodeScalars {
            switch scalar {
            case quote, "\\":
                text.append("\\")
                text.append(scalar)
            case "\n": text.append(contentsOf: "\\n".unicodeScalars)
            case "\r": text.append(contentsOf: "\\r".unicodeScalars)
            case "\t": text.append(contentsOf: "\\t".unicodeScalars)
            default:
                if scalar.isPythonPrintable {
                    text.append(scalar)
                } else {
                    text.append(contentsOf: scalar.pythonEscape.unicodeScalars)
                }
            }
        }
        text.append(quote)
        return String(text)
    }
}

extension Unicode.Scalar {
    /// `str.isprintable` for one character.
    var isPythonPrintable: Bool {
        if isASCII { return (0x20..<0x7F).contains(value) }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
            return false
        default: return true
        }
    }

    fileprivate var pythonEscape: String {
        switch value {
        case ..<0x100: "\\x" + value.hexadecimal(digits: 2)
        case ..<0x10000: "\\u" + value.hexadecimal(digits: 4)
        default: "\\U" + value.hexadecimal(digits: 8)
        }
    }
}

extension FixedWidthInteger {
    /// Lower-case hexadecimal, with leading zeros up to `digits`.
    func hexadecimal(digits: Int) -> String {
        let text = String(self, radix: 16)
        return String(repeating: "0", count: Swift.max(0, digits - text.utf8.count)) + text
    }
}

extension Double {
    /// `repr` of a float: the shortest digits that read back equal, with an exponent below 1e-4 and from 1e16 on.
    var pythonRepresentation: String {
        guard isFinite else { return isNaN ? "nan" : self < 0 ? "-inf" : "inf" }
        let (digits, point) = magnitude.shortestDigits
        let sign = self.sign == .minus ? "-" : ""
        guard (-3...16).contains(point) else {
            let mantissa = digits.count == 1 ? digits : "\(digits.prefix(1)).\(digits.dropFirst())"
            let exponent = point - 1
            let magnitude = String(abs(exponent))
            return sign + mantissa + (exponent < 0 ? "e-" : "e+") + (magnitude.count < 2 ? "0" : "") + magnitude
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if digits.count <= point { return sign + digits + String(repeating: "0", count: point - digits.count) + ".0" }
        return sign + "\(digits.prefix(point)).\(digits.dropFirst(point))"
    }

    /// The shortest decimal digits d₁d₂… and the place of the point, so that the value is 0.d₁d₂… · 10^point.
    private var shortestDigits: (digits: String, point: Int) {
        guard self != 0 else { return ("0", 1) }
        let parts = description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let all = mantissa.joined()
        let leading = all.prefix { $0 == "0" }.count
        var digits = all.dropFirst(leading)
        while digits.last == "0" { digits.removeLast() }
        return (String(digits), mantissa[0].count - leading + exponent)
    }
}
