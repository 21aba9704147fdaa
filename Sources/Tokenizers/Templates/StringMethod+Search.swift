/// Where texts stand in one another; `start` and `end` bound the search as a slice would.
extension StringMethod {
    func searched(_ text: String, _ arguments: TemplateArguments) throws(ChatTemplateError) -> Int {
        let values = try arguments.bound(to: ["sub", "start", "end"], required: 1, of: rawValue)
        let search = TextSearch(try values[0].string(rawValue, default: ""))
        guard let window = try window(of: text, start: values[1], end: values[2]) else {
            return self == .count ? 0 : try notFound()
        }
        let bytes = Array(window.text.utf8)
        if self == .count { return occurrences(of: search, in: bytes) }
        let isReversed = self == .rfind || self == .rindex
        guard let place = isReversed ? search.last(in: bytes) : search.first(in: bytes) else { return try notFound() }
        return window.start + bytes[..<place].count { $0 & 0xC0 != 0x80 }
    }

    private func notFound() throws(ChatTemplateError) -> Int {
        guard self == .find || self == .rfind else { throw ChatTemplateError(.failed("substring not found")) }
        return -1
    }

    private func occurrences(of search: TextSearch, in bytes: [UInt8]) -> Int {
        guard search.count > 0 else { return bytes.count { $0 & 0xC0 != 0x80 } + 1 }
        var count = 0
        var start = 0
        while let place = search.first(in: bytes, from: start) {
            count += 1
            start = place + search.count
        }
        return count
    }

    func hasEnd(_ text: String, _ arguments: TemplateArguments) throws(ChatTemplateError) -> Bool {
        let values = try arguments.bound(to: ["affix", "start", "end"], required: 1, of: rawValue)
        guard let window = try window(of: text, start: values[1], end: values[2]) else { return false }
        guard case .tuple(let candidates)? = values[0] else {
            return window.text.hasEnd(try values[0].string(rawValue, default: ""), atFront: self == .startswith)
        }
        for candidate in candidates {
            let part = try Optional(candidate).string(rawValue, default: "")
            if window.text.hasEnd(part, atFront: self == .startswith) { return true }
        }
        return false
    }

    /// The part of the text that a search looks at, and the code point it starts at; nil when it starts after the end.
    private func window(
        of text: String, start: TemplateValue?, end: TemplateValue?
    ) throws(ChatTemplateError) -> (text: String, start: Int)? {
        guard start != nil || end != nil else { return (text, 0) }
        let count = text.unicodeScalars.count
        let first = try start.unlessNone.integer(rawValue, default: 0)
        let last = try end.unlessNone.integer(rawValue, default: count)
        guard first <= count else { return nil }
        return (text.slice(TemplateSlice(from: first, to: last, step: 1)), first < 0 ? max(0, first + count) : first)
    }
}

/// The methods of lists and tuples that do not change them.
enum SequenceMethod: String {
    case index, count, copy

    func bound(to elements: [TemplateValue], isList: Bool) -> TemplateValue? {
        guard isList || self != .copy else { return nil }
        return .object(
            TemplateFunction(rawValue) { (arguments, _) throws(ChatTemplateError) in
                try apply(to: elements, arguments)
            })
    }

    private func apply(to elements: [TemplateValue], _ arguments: TemplateArguments) throws(ChatTemplateError) -> TemplateValue {
        guard self != .copy else { return .list(elements) }
        let names = self == .index ? ["value", "start", "stop"] : ["value"]
        let values = try arguments.bound(to: names, required: 1, of: rawValue)
        let wanted = values[0] ?? .none
        guard self == .index else { return .integer(elements.count { $0.isEqual(to: wanted) }) }
        let bounds = TemplateSlice(
            from: try values[1].integer(rawValue, default: 0), to: try values[2].integer(rawValue, default: elements.count),
            step: 1)
        guard let place = bounds.places(in: elements.count).first(where: { elements[$0].isEqual(to: wanted) }) else {
            throw ChatTemplateError(.failed("\(wanted.representation) is not in list"))
        }
        return .integer(place)
    }
}

/// The methods of dictionaries that do not change them.
enum DictionaryMethod: String {
    case get, items, keys, values, copy

    func bound(to dictionary: TemplateDictionary) -> TemplateValue {
        .object(
            TemplateFunction(rawValue) { (arguments, _) throws(ChatTemplateError) in
                try apply(to: dictionary, arguments)
            })
    }

    func apply(to dictionary: TemplateDictionary, _ arguments: TemplateArguments) throws(ChatTemplateError) -> TemplateValue {
        if self == .get {
            let values = try arguments.bound(to: ["key", "default"], required: 1, of: rawValue)
            return try dictionary.value(of: values[0] ?? .none) ?? values[1] ?? .none
        }
        _ = try arguments.bound(to: [], of: rawValue)
        switch self {
        case .items: return .object(TemplateView(.items, of: dictionary))
        case .keys: return .object(TemplateView(.keys, of: dictionary))
        case .values: return .object(TemplateView(.values, of: dictionary))
        default: return .dictionary(dictionary)
        }
    }
}
