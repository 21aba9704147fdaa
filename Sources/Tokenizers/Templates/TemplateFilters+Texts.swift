import Foundation

/// Filters on text. Like Jinja's, most take any value and work on its printed form.
extension TemplateFilters {
    static let texts: [String: Filter] = [
        "upper": plain("upper") { (value) in .string(value.text.pythonUppercased) },
        "lower": plain("lower") { (value) in .string(value.text.pythonLowercased) },
        "capitalize": plain("capitalize") { (value) in .string(value.text.pythonCapitalized) },
        "title": plain("title") { (value) in .string(title(value.text)) },
        "trim": { (value, arguments, interpreter) throws(ChatTemplateError) in
            try StringMethod.strip.apply(to: value.text, arguments, in: interpreter)
        },
        "replace": replace,
        "indent": indent,
        "center": { (value, arguments, interpreter) throws(ChatTemplateError) in
            let width = try arguments.bound(to: ["width"], of: "center")[0].integer("center", default: 80)
            try interpreter.charge(bytes: width)
            return .string(value.text.padded(to: width, .center))
        },
        "truncate": truncate,
        "wordcount": plain("wordcount") { (value) in .integer(wordCount(value.text)) },
        "wordwrap": wordwrap,
        "format": { (value, arguments, interpreter) throws(ChatTemplateError) in
            guard arguments.keyword.isEmpty || arguments.positional.isEmpty else {
                throw ChatTemplateError(.failed("can't handle positional and keyword arguments at the same time"))
            }
            let pairs = arguments.keyword.map { (key: TemplateValue.string($0.name), value: $0.value) }
            let operand: TemplateValue = pairs.isEmpty ? .tuple(arguments.positional) : .dictionary(try TemplateDictionary(pairs))
            return .string(try PercentFormat(value.text, operand, in: interpreter).text())
        },
        "escape": plain("escape") { (value) in .string(escaped(value.text)) },
        "e": plain("e") { (value) in .string(escaped(value.text)) },
        "forceescape": plain("forceescape") { (value) in .string(escaped(value.text)) },
        "striptags": plain("striptags") { (value) in .string(withoutTags(value.text)) },
        "urlencode": urlencode,
        "xmlattr": xmlAttributes,
    ]

    private static let replace: Filter = { (value, arguments, interpreter) throws(ChatTemplateError) in
        let values = try arguments.bound(to: ["old", "new", "count"], required: 2, of: "replace")
        let count = try values[2].unlessNone.integer("replace", default: -1)
        return .string(
            try interpreter.replace(values[0]?.text ?? "", by: values[1]?.text ?? "", in: value.text, count: count))
    }

    /// Words start after whitespace, a hyphen or an opening bracket.
    private static func title(_ text: String) -> String {
        var result = ""
        var word = ""
        var gap = true
        func isGap(_ scalar: Unicode.Scalar) -> Bool { scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar) }
        func titled() -> String {
            guard let first = word.unicodeScalars.first else { return "" }
            let rest = String(String.UnicodeScalarView(word.unicodeScalars.dropFirst()))
            return first.properties.uppercaseMapping + rest.pythonLowercased
        }
        for scalar in text.unicodeScalars {
            if isGap(scalar) != gap {
                result += titled()
                word = ""
                gap.toggle()
            }
            word.unicodeScalars.append(scalar)
        }
        return result + titled()
    }

    private static let indent: Filter = { (value, arguments, interpreter) throws(ChatTemplateError) in
        let values = try arguments.bound(to: ["width", "first", "blank"], of: "indent")
        let text = try Optional(value).string("indent", default: "")
        let margin: String
        if case .string(let given)? = values[0] {
            margin = given
        } else {
            let width = try values[0].integer("indent", default: 4)
            try interpreter.charge(bytes: width)
            margin = String(repeating: " ", count: max(0, width))
        }
        let lines = (text + "\n").pythonLines()
        try interpreter.charge(bytes: text.utf8.count + lines.count * margin.utf8.count)
        let indentsBlank = values[2].isTrue()
        let rest = lines.dropFirst().map { $0.isEmpty && !indentsBlank ? $0 : margin + $0 }
        let indented = ([lines.first ?? ""] + rest).joined(separator: "\n")
        return .string(values[1].isTrue() ? margin + indented : indented)
    }

    private static let truncate: Filter = { (value, arguments, _) throws(ChatTemplateError) in
        let values = try arguments.bound(to: ["length", "killwords", "end", "leeway"], of: "truncate")
        let text = try Optional(value).string("truncate", default: "")
        let length = try values[0].integer("truncate", default: 255)
        let end = try values[2].string("truncate", default: "...")
        let leeway = try values[3].unlessNone.integer("truncate", default: 5)
        guard length >= end.unicodeScalars.count, leeway >= 0 else {
            throw ChatTemplateError(.failed("expected length >= \(end.unicodeScalars.count), got \(length)"))
        }
        guard text.unicodeScalars.count - leeway > length else { return value }
        let kept = text.slice(TemplateSlice(from: nil, to: length - end.unicodeScalars.count, step: 1))
        return .string((values[1].isTrue() ? kept : kept.parts(at: " ", limit: 1, fromBack: true)[0]) + end)
    }

    private static func wordCount(_ text: String) -> Int {
        var count = 0
        var isInWord = false
        for scalar in text.unicodeScalars {
            let isWord = scalar == "_" || scalar.properties.isPythonLetter || scalar.properties.numericType != nil
            if isWord, !isInWord { count += 1 }
            isInWord = isWord
        }
        return count
    }

    private static let wordwrap: Filter = { (value, arguments, _) throws(ChatTemplateError) in
        let values = try arguments.bound(
            to: ["width", "break_long_words", "wrapstring", "break_on_hyphens"], of: "wordwrap")
        let width = try values[0].integer("wordwrap", default: 79)
        guard width > 0 else { throw ChatTemplateError(.failed("invalid width \(width) (must be > 0)")) }
        let wrap = TextWrap(
            width: width, breaksLongWords: values[1].isTrue(default: true), breaksAtHyphens: values[3].isTrue(default: true))
        let separator = try values[2].unlessNone.string("wordwrap", default: "\n")
        let lines = try Optional(value).string("wordwrap", default: "").pythonLines()
        return .string(lines.map { wrap.lines(of: $0).joined(separator: separator) }.joined(separator: separator))
    }

    // MARK: Markup

    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "'": result += "&#39;"
            case "\"": result += "&#34;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Without comments and tags, runs of whitespace as one space, and the commonest entities as characters.
    private static func withoutTags(_ text: String) -> String {
        func without(_ opening: String, _ closing: String, _ text: String) -> String {
            var text = text
            while let start = text.range(of: opening), let end = text.range(of: closing, range: start.upperBound..<text.endIndex)
            {
                text.removeSubrange(start.lowerBound..<end.upperBound)
            }
            return text
        }
        let plain = without("<", ">", without("<!--", "-->", text)).words().joined(separator: " ")
        let entities = [("&lt;", "<"), ("&gt;", ">"), ("&#34;", "\""), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        return entities.reduce(plain) { $0.replacing($1.0, with: $1.1, count: -1) }
    }

    private static let xmlAttributes: Filter = { (value, arguments, _) throws(ChatTemplateError) in
        let spaced = try arguments.bound(to: ["autospace"], of: "xmlattr")[0].isTrue(default: true)
        guard case .dictionary(let dictionary) = value else { throw ChatTemplateError(.failed("xmlattr needs a mapping")) }
        var attributes: [String] = []
        for (key, value) in zip(dictionary.keys, dictionary.values) where !value.isNone && !value.isUndefined {
            guard !key.text.unicodeScalars.contains(where: { $0.isPythonSpace || "/>=".unicodeScalars.contains($0) }) else {
                throw ChatTemplateError(.failed("Invalid character in attribute name: \(key.representation)"))
            }
            attributes.append("\(escaped(key.text))=\"\(escaped(value.text))\"")
        }
        let text = attributes.joined(separator: " ")
        return .string(spaced && !text.isEmpty ? " " + text : text)
    }

    private static let urlencode: Filter = { (value, _, _) throws(ChatTemplateError) in
        let pairs: [TemplateValue]
        switch value {
        case .list(let elements), .tuple(let elements): pairs = elements
        case .dictionary(let dictionary): pairs = dictionary.pairs
        default: return .string(percentEncoded(value.text, keeping: "/"))
        }
        var fields: [String] = []
        for pair in pairs {
            let halves = try pair.elements()
            guard halves.count == 2 else { throw ChatTemplateError(.failed("urlencode needs pairs")) }
            fields.append(
                halves.map { percentEncoded($0.text, keeping: "").replacing("%20", with: "+", count: -1) }.joined(separator: "="))
        }
        return .string(fields.joined(separator: "&"))
    }

    private static func percentEncoded(_ text: String, keeping kept: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                byte < 0x80
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || ("_.-~" + kept).unicodeScalars.contains(scalar))
            if isPlain { result.unicodeScalars.append(scalar) } else { result += "%" + byte.hexadecimal(digits: 2).uppercased() }
        }
        return result
    }
}
