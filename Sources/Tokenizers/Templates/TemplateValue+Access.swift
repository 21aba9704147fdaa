/// Attributes, elements and slices.
extension TemplateValue {
    /// `value.name`: what Python finds as an attribute, else the element of that key, else undefined.
    func attribute(_ name: String) throws(ChatTemplateError) -> TemplateValue {
        if case .undefined(let undefined) = self { throw undefined.error }
        if let found = try pythonAttribute(name) { return found }
        if case .dictionary(let dictionary) = self, let value = dictionary[name] { return value }
        return .undefined(.attribute(name, of: self))
    }

    /// `value[key]`: the element, else the attribute of that name, else undefined.
    func item(_ key: TemplateValue) throws(ChatTemplateError) -> TemplateValue {
        if let element = try element(key) { return element }
        guard case .string(let name) = key else { return .undefined(.item(key, of: self)) }
        return try pythonAttribute(name) ?? .undefined(.attribute(name, of: self))
    }

    private func element(_ key: TemplateValue) throws(ChatTemplateError) -> TemplateValue? {
        switch self {
        case .undefined(let undefined): throw undefined.error
        case .dictionary(let dictionary):
            if case .list = key { return nil }
            if case .dictionary = key { return nil }
            return try dictionary.value(of: key)
        case .list(let elements), .tuple(let elements):
            return key.integerValue.flatMap { elements[safe: $0 < 0 ? $0 + elements.count : $0] }
        case .string(let text): return key.integerValue.flatMap { text.character(at: $0) }.map { .string($0) }
        case .object(let object): return try object.item(key)
        case .none, .bool, .integer, .float: return nil
        }
    }

    /// What `getattr` finds: methods, the attributes of objects, and undefined for what the sandbox hides.
    func pythonAttribute(_ name: String) throws(ChatTemplateError) -> TemplateValue? {
        if case .object(let object) = self, let value = try object.attribute(name) { return value }
        if name.hasPrefix("__"), name.hasSuffix("__") { return .undefined(.forbidden(name, of: self)) }
        switch self {
        case .string(let text):
            return StringMethod.named(name).map { method in
                .object(
                    TemplateFunction(name) { (arguments, interpreter) throws(ChatTemplateError) in
                        try method.apply(to: text, arguments, in: interpreter)
                    })
            }
        case .list(let elements):
            return ["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"].contains(name)
                ? .undefined(.forbidden(name, of: self)) : SequenceMethod(rawValue: name)?.bound(to: elements, isList: true)
        case .tuple(let elements): return SequenceMethod(rawValue: name)?.bound(to: elements, isList: false)
        case .dictionary(let dictionary):
            return ["clear", "pop", "popitem", "setdefault", "update"].contains(name)
                ? .undefined(.forbidden(name, of: self)) : DictionaryMethod(rawValue: name)?.bound(to: dictionary)
        case .undefined, .none, .bool, .integer, .float, .object: return nil
        }
    }

    /// `value[from:to:step]` of a string, list, tuple or range.
    func slice(
        from: TemplateValue, to: TemplateValue, step: TemplateValue
    ) throws(ChatTemplateError) -> TemplateValue {
        let bounds = TemplateSlice(from: try Self.bound(from), to: try Self.bound(to), step: try Self.bound(step) ?? 1)
        guard bounds.step != 0 else { throw ChatTemplateError(.failed("slice step cannot be zero")) }
        switch self {
        case .undefined(let undefined): throw undefined.error
        case .list(let elements): return .list(bounds.places(in: elements.count).map { elements[$0] })
        case .tuple(let elements): return .tuple(bounds.places(in: elements.count).map { elements[$0] })
        case .string(let text): return .string(text.slice(bounds))
        case .object(let object as TemplateRange): return .object(object.slice(bounds))
        default: throw ChatTemplateError(.failed("'\(typeName)' object cannot be sliced"))
        }
    }

    private static func bound(_ value: TemplateValue) throws(ChatTemplateError) -> Int? {
        if case .none = value { return nil }
        guard let bound = value.integerValue else {
            throw ChatTemplateError(.failed("slice indices must be integers or none, not \(value.typeName)"))
        }
        return bound
    }
}

/// The bounds of a slice, with Python's rules for negative and absent ones.
struct TemplateSlice {
    let from: Int?
    let to: Int?
    let step: Int

    /// The places the slice picks from a sequence of this length.
    func places(in count: Int) -> StrideTo<Int> {
        func clamped(_ bound: Int, _ range: ClosedRange<Int>) -> Int {
            min(max(bound < 0 ? bound + count : bound, range.lowerBound), range.upperBound)
        }
        // Steps longer than the sequence pick one element at most; clamping them keeps the sums in range.
        let step = min(max(step, -count - 1), count + 1)
        if step > 0 {
            let range = 0...count
            return stride(from: clamped(from ?? 0, range), to: clamped(to ?? count, range), by: step)
        }
        let range = -1...count - 1
        return stride(from: from.map { clamped($0, range) } ?? count - 1, to: to.map { clamped($0, range) } ?? -1, by: step)
    }
}

extension TemplateRange {
    fileprivate func slice(_ bounds: TemplateSlice) -> TemplateObject {
        let places = Array(bounds.places(in: count))
        let first = start + (places.first ?? 0) * step
        let step = places.count > 1 ? (places[1] - places[0]) * step : step
        return TemplateRange(from: first, to: first + places.count * step, by: step) ?? self
    }
}

extension String {
    var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }

    /// The code point at a place counted from either end.
    fileprivate func character(at index: Int) -> String? {
        if isASCII {
            let place = index < 0 ? index + utf8.count : index
            guard (0..<utf8.count).contains(place) else { return nil }
            return String(unicodeScalars[utf8.index(utf8.startIndex, offsetBy: place)])
        }
        let scalars = Array(unicodeScalars)
        return scalars[safe: index < 0 ? index + scalars.count : index].map { String($0) }
    }

    func slice(_ bounds: TemplateSlice) -> String {
        if isASCII {
            let bytes = Array(utf8)
            return String(decoding: bounds.places(in: bytes.count).map { bytes[$0] }, as: UTF8.self)
        }
        let scalars = Array(unicodeScalars)
        var result = String.UnicodeScalarView()
        for place in bounds.places(in: scalars.count) { result.append(scalars[place]) }
        return String(result)
    }
}
