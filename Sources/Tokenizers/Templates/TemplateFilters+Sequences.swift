/// Filters on lists and other collections.
extension TemplateFilters {
    static let sequences: [String: Filter] = [
        "first": plain("first") { (value) throws(ChatTemplateError) in
            guard let iterator = value.iterator() else {
                throw ChatTemplateError(.failed("'\(value.typeName)' object is not iterable"))
            }
            return try iterator.next() ?? .undefined(.hint("No first item, sequence was empty."))
        },
        "last": plain("last") { (value) throws(ChatTemplateError) in
            guard try value.length() != nil else {
                throw ChatTemplateError(.failed("'\(value.typeName)' object is not reversible"))
            }
            return try value.elements().last ?? .undefined(.hint("No last item, sequence was empty."))
        },
        "list": plain("list") { (value) throws(ChatTemplateError) in .list(try value.elements()) },
        "items": plain("items") { (value) throws(ChatTemplateError) in
            if value.isUndefined { return generator([]) }
            guard case .dictionary(let dictionary) = value else {
                throw ChatTemplateError(.failed("Can only get item pairs from a mapping."))
            }
            return generator(dictionary.pairs)
        },
        "join": join,
        "reverse": plain("reverse") { (value) throws(ChatTemplateError) in
            if case .string(let text) = value { return .string(text.slice(TemplateSlice(from: nil, to: nil, step: -1))) }
            return generator(try value.elements().reversed())
        },
        "sort": sort,
        "dictsort": dictsort,
        "unique": unique,
        "min": { (value, arguments, _) throws(ChatTemplateError) in try extreme(value, arguments, of: "min") },
        "max": { (value, arguments, _) throws(ChatTemplateError) in try extreme(value, arguments, of: "max") },
        "batch": batch,
        "slice": slice,
        "groupby": groupby,
    ]

    static func generator(_ elements: [TemplateValue]) -> TemplateValue {
        .object(TemplateGenerator(TemplateIterator(elements: elements)))
    }

    private static let join: Filter = { (value, arguments, interpreter) throws(ChatTemplateError) in
        let values = try arguments.bound(to: ["d", "attribute"], of: "join")
        let separator = values[0]?.text ?? ""
        var text = ""
        for (place, element) in try value.elements().enumerated() {
            if place > 0 { text += separator }
            text += try attribute(values[1], of: element).text
            try interpreter.check(size: text.utf8.count)
        }
        return .string(text)
    }

    private static let sort: Filter = { (value, arguments, _) throws(ChatTemplateError) in
        let values = try arguments.bound(to: ["reverse", "case_sensitive", "attribute"], of: "sort")
        let caseSensitive = values[1].isTrue()
        var paths: [TemplateValue?] = [values[2]]
        if case .string(let text)? = values[2] { paths = text.parts(at: ",").map { .string($0) } }
        return .list(
            try TemplateValue.sorted(
                try value.elements(),
                by: { (element) throws(ChatTemplateError) in
                    var keys: [TemplateValue] = []
                    for path in paths { keys.append(ignoringCase(try attribute(path, of: element), unless: caseSensitive)) }
                    return .list(keys)
                }, reversed: values[0].isTrue()))
    }

    private static let dictsort: Filter = { (value, arguments, _) throws(ChatTemplateError) in
        let values = try arguments.bound(to: ["case_sensitive", "by", "reverse"], of: "dictsort")
        let half = try values[1].string("dictsort", default: "key")
        if case .undefined(let undefined) = value { throw undefined.error }
        guard half == "key" || half == "value", case .dictionary(let dictionary) = value else {
            throw ChatTemplateError(.failed("dictsort sorts a mapping by \"key\" or by \"value\""))
        }
        let caseSensitive = values[0].isTrue()
        return .list(
            try TemplateValue.sorted(
                dictionary.pairs,
                by: { (pair) throws(ChatTemplateError) in
                    ignoringCase(try pair.item(.integer(half == "key" ? 0 : 1)), unless: caseSensitive)
                }, reversed: values[2].isTrue()))
    }

    private static let unique: Filter = { (value, arguments, _) throws(ChatTemplateError) in
        let values = try arguments.bound(to: ["case_sensitive", "attribute"], of: "unique")
        var seen: Set<TemplateKey> = []
        var kept: [TemplateValue] = []
        for element in try value.elements() {
            let key = ignoringCase(try attribute(values[1], of: element), unless: values[0].isTrue())
            if seen.insert(try TemplateKey(key)).inserted { kept.append(element) }
        }
        return generator(kept)
    }

    private static func extreme(
        _ value: TemplateValue, _ arguments: TemplateArguments, of name: String
    ) throws(ChatTemplateError) -> TemplateValue {
        let values = try arguments.bound(to: ["case_sensitive", "attribute"], of: name)
        func key(_ element: TemplateValue) throws(ChatTemplateError) -> TemplateValue {
            ignoringCase(try attribute(values[1], of: element), unless: values[0].isTrue())
        }
        let elements = try value.elements()
        guard var best = elements.first else { return .undefined(.hint("No aggregated item, sequence was empty.")) }
        var bestKey = try key(best)
        for element in elements.dropFirst() {
            let candidate = try key(element)
            let isBetter = name == "min" ? try candidate.isLess(than: bestKey) : try bestKey.isLess(than: candidate)
            if isBetter { (best, bestKey) = (element, candidate) }
        }
        return best
    }

    private static let batch: Filter = { (value, arguments, interpreter) throws(ChatTemplateError) in
        let values = try arguments.bound(to: ["linecount", "fill_with"], required: 1, of: "batch")
        let size = try values[0].integer("batch", default: 1)
        var rows: [TemplateValue] = []
        var row: [TemplateValue] = []
        for element in try value.elements() {
            if row.count == size {
                rows.append(.list(row))
                row = []
            }
            row.append(element)
        }
        if !row.isEmpty {
            if let filling = values[1].unlessNone, row.count < size {
                try interpreter.charge(bytes: min(size, .max / 32) * MemoryLayout<TemplateValue>.stride)
                row += Array(repeating: filling, count: size - row.count)
            }
            rows.append(.list(row))
        }
        return generator(rows)
    }

    private static let slice: Filter = { (value, arguments, interpreter) throws(ChatTemplateError) in
        let values = try arguments.bound(to: ["slices", "fill_with"], required: 1, of: "slice")
        let slices = try values[0].integer("slice", default: 1)
        guard slices != 0 else { throw ChatTemplateError(.failed("integer division or modulo by zero")) }
        guard slices > 0 else { return generator([]) }
        try interpreter.charge(bytes: min(slices, .max / 32) * MemoryLayout<TemplateValue>.stride)
        let elements = try value.elements()
        var columns: [TemplateValue] = []
        var start = 0
        for column in 0..<slices {
            let isLonger = column < elements.count % slices
            let end = start + elements.count / slices + (isLonger ? 1 : 0)
            let filling = isLonger ? [] : values[1].unlessNone.map { [$0] } ?? []
            columns.append(.list(elements[start..<end] + filling))
            start = end
        }
        return generator(columns)
    }

    private static let groupby: Filter = { (value, arguments, _) throws(ChatTemplateError) in
        let values = try arguments.bound(to: ["attribute", "default", "case_sensitive"], required: 1, of: "groupby")
        let caseSensitive = values[2].isTrue()
        func key(_ element: TemplateValue) throws(ChatTemplateError) -> TemplateValue {
            ignoringCase(try attribute(values[0], of: element, default: values[1].unlessNone), unless: caseSensitive)
        }
        let sorted = try TemplateValue.sorted(
            try value.elements(), by: { (element) throws(ChatTemplateError) in try key(element) }, reversed: false)
        var groups: [(key: TemplateValue, members: [TemplateValue])] = []
        for element in sorted {
            let key = try key(element)
            if let last = groups.last, last.key.isEqual(to: key) {
                groups[groups.count - 1].members.append(element)
            } else {
                groups.append((key, [element]))
            }
        }
        var result: [TemplateValue] = []
        for group in groups {
            let shown = try attribute(values[0], of: group.members[0], default: values[1].unlessNone)
            result.append(.object(TemplateGroup(key: shown, members: group.members)))
        }
        return .list(result)
    }
}
