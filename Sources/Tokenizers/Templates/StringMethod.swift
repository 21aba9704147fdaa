/// The methods of Python's `str` that templates may call.
enum StringMethod: String, CaseIterable {
    case upper, lower, title, capitalize, swapcase, casefold
    case strip, lstrip, rstrip, removeprefix, removesuffix
    case split, rsplit, splitlines, partition, rpartition, join
    case replace, find, rfind, index, rindex, count, startswith, endswith
    case isupper, islower, istitle, isdigit, isdecimal, isnumeric, isalpha, isalnum, isspace, isascii, isprintable, isidentifier
    case zfill, ljust, rjust, center, expandtabs
    case format
    case formatMap = "format_map"

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

    static func named(_ name: String) -> StringMethod? { byName[name] }

    func apply(
        to text: String, _ arguments: TemplateArguments, in interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> TemplateValue {
        switch self {
        case .upper, .lower, .title, .capitalize, .swapcase, .casefold:
            _ = try arguments.bound(to: [], of: rawValue)
            return .string(recased(text))
        case .strip, .lstrip, .rstrip: return .string(try stripped(text, arguments))
        case .removeprefix, .removesuffix: return .string(try without(text, arguments))
        case .split, .rsplit, .splitlines, .partition, .rpartition: return try parts(of: text, arguments)
        case .join: return .string(try joined(text, arguments, in: interpreter))
        case .replace: return .string(try replaced(text, arguments, in: interpreter))
        case .find, .rfind, .index, .rindex, .count: return .integer(try searched(text, arguments))
        case .startswith, .endswith: return .bool(try hasEnd(text, arguments))
        case .zfill, .ljust, .rjust, .center: return .string(try padded(text, arguments, in: interpreter))
        case .expandtabs:
            let width = try arguments.bound(to: ["tabsize"], of: rawValue)[0].integer(rawValue, default: 8)
            try interpreter.charge(bytes: width)
            return .string(text.expandingTabs(every: width))
        case .format, .formatMap: return .string(try formatted(text, arguments, in: interpreter))
        default:
            _ = try arguments.bound(to: [], of: rawValue)
            return .bool(holds(of: text))
        }
    }

    private func recased(_ text: String) -> String {
        switch self {
        case .upper: text.pythonUppercased
        case .lower: text.pythonLowercased
        case .title: text.pythonTitlecased
        case .capitalize: text.pythonCapitalized
        case .swapcase: text.pythonCaseSwapped
        default: text.pythonUppercased.pythonLowercased
        }
    }

    private func holds(of text: String) -> Bool {
        let scalars = text.unicodeScalars
        switch self {
        case .isupper: return text.isPythonUppercase
        case .islower: return text.isPythonLowercase
        case .istitle: return text.isPythonTitlecase
        case .isascii: return text.isASCII
        case .isprintable: return scalars.allSatisfy(\.isPythonPrintable)
        case .isidentifier:
            return scalars.first.map { $0 == "_" || $0.properties.isXIDStart } ?? false
                && scalars.dropFirst().allSatisfy(\.properties.isXIDContinue)
        default: return !scalars.isEmpty && scalars.allSatisfy(holds)
        }
    }

    private func holds(of scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .isspace: scalar.isPythonSpace
        case .isalpha: scalar.properties.isPythonLetter
        case .isdecimal: scalar.properties.numericType == .decimal
        case .isdigit: scalar.properties.numericType == .decimal || scalar.properties.numericType == .digit
        case .isnumeric: scalar.properties.numericType != nil
        default: scalar.properties.isPythonLetter || scalar.properties.numericType != nil
        }
    }

    private func stripped(_ text: String, _ arguments: TemplateArguments) throws(ChatTemplateError) -> String {
        let characters = try arguments.bound(to: ["chars"], of: rawValue)[0].unlessNone
        let set = try characters.map { (value) throws(ChatTemplateError) in
            Set(try Optional(value).string(rawValue, default: "").unicodeScalars)
        }
        return text.stripped(of: set, front: self != .rstrip, back: self != .lstrip)
    }

    private func without(_ text: String, _ arguments: TemplateArguments) throws(ChatTemplateError) -> String {
        let part = try arguments.bound(to: ["affix"], required: 1, of: rawValue)[0].string(rawValue, default: "")
        guard !part.isEmpty, text.hasEnd(part, atFront: self == .removeprefix) else { return text }
        let bytes = Array(text.utf8)
        let kept = self == .removeprefix ? bytes.dropFirst(part.utf8.count) : bytes.dropLast(part.utf8.count)
        return String(decoding: kept, as: UTF8.self)
    }

    private func parts(of text: String, _ arguments: TemplateArguments) throws(ChatTemplateError) -> TemplateValue {
        switch self {
        case .splitlines:
            let keepsEnds = try arguments.bound(to: ["keepends"], of: rawValue)[0].isTrue()
            return .list(text.pythonLines(keepsEnds: keepsEnds).map { .string($0) })
        case .partition, .rpartition:
            let separator = try arguments.bound(to: ["sep"], required: 1, of: rawValue)[0].string(rawValue, default: "")
            guard !separator.isEmpty else { throw ChatTemplateError(.failed("empty separator")) }
            return .tuple(text.partitioned(at: separator, fromBack: self == .rpartition).map { .string($0) })
        default:
            let values = try arguments.bound(to: ["sep", "maxsplit"], of: rawValue)
            let limit = try values[1].integer(rawValue, default: -1)
            let limitOrAll = limit < 0 ? Int.max : limit
            guard let given = values[0].unlessNone else {
                return .list(text.words(limit: limitOrAll, fromBack: self == .rsplit).map { .string($0) })
            }
            let separator = try Optional(given).string(rawValue, default: "")
            guard !separator.isEmpty else { throw ChatTemplateError(.failed("empty separator")) }
            return .list(text.parts(at: separator, limit: limitOrAll, fromBack: self == .rsplit).map { .string($0) })
        }
    }

    private func joined(
        _ separator: String, _ arguments: TemplateArguments, in interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> String {
        guard let parts = try arguments.bound(to: ["iterable"], required: 1, of: rawValue)[0] else { return "" }
        var text = ""
        for (place, part) in try parts.elements().enumerated() {
            if place > 0 { text += separator }
            text += try Optional(part).string(rawValue, default: "")
            try interpreter.check(size: text.utf8.count)
        }
        return text
    }

    private func replaced(
        _ text: String, _ arguments: TemplateArguments, in interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> String {
        let values = try arguments.bound(to: ["old", "new", "count"], required: 2, of: rawValue)
        let count = try values[2].integer(rawValue, default: -1)
        return try interpreter.replace(
            values[0].string(rawValue, default: ""), by: values[1].string(rawValue, default: ""), in: text, count: count)
    }

    private func padded(
        _ text: String, _ arguments: TemplateArguments, in interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> String {
        let values = try arguments.bound(to: ["width", "fillchar"], required: 1, of: rawValue)
        let width = try values[0].integer(rawValue, default: 0)
        let fill = try values[1].string(rawValue, default: " ")
        guard fill.unicodeScalars.count == 1 else {
            throw ChatTemplateError(.failed("the fill character must be exactly one character long"))
        }
        try interpreter.charge(bytes: max(width, 0) * fill.utf8.count)
        switch self {
        case .zfill: return text.zeroFilled(to: width)
        case .ljust: return text.padded(to: width, with: fill, .left)
        case .rjust: return text.padded(to: width, with: fill, .right)
        default: return text.padded(to: width, with: fill, .center)
        }
    }

    private func formatted(
        _ text: String, _ arguments: TemplateArguments, in interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> String {
        guard self == .formatMap else { return try BraceFormat(text, arguments, in: interpreter).text() }
        guard case .dictionary(let mapping)? = try arguments.bound(to: ["mapping"], required: 1, of: rawValue)[0] else {
            throw ChatTemplateError(.failed("format_map() needs a mapping"))
        }
        let named = zip(mapping.keys, mapping.values).map { (name: $0.text, value: $1) }
        return try BraceFormat(text, TemplateArguments(keyword: named), in: interpreter).text()
    }
}
