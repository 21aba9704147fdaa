/// Python's `==`, `<` and `in`.
extension TemplateValue {
    func isEqual(to other: TemplateValue) -> Bool {
        switch (self, other) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.string(let first), .string(let second)): return first.hasSameBytes(as: second)
        case (.list(let first), .list(let second)), (.tuple(let first), .tuple(let second)):
            return first.count == second.count && zip(first, second).allSatisfy { $0.isEqual(to: $1) }
        case (.dictionary(let first), .dictionary(let second)): return Self.areEqual(first, second)
        case (.object(let first), .object(let second)): return Self.areEqual(first, second)
        default:
            if let first = integerValue, let second = other.integerValue { return first == second }
            if let first = floatValue, let second = other.floatValue { return first == second }
            return false
        }
    }

    private static func areEqual(_ first: TemplateDictionary, _ second: TemplateDictionary) -> Bool {
        first.count == second.count
            && zip(first.keys, first.values).allSatisfy { key, value in
                guard let place = second.keys.firstIndex(where: { $0.isEqual(to: key) }) else { return false }
                return second.values[place].isEqual(to: value)
            }
    }

    private static func areEqual(_ first: TemplateObject, _ second: TemplateObject) -> Bool {
        if let first = first as? TemplateRange, let second = second as? TemplateRange {
            return first.count == second.count
                && (first.count == 0 || (first.start == second.start && (first.count == 1 || first.step == second.step)))
        }
        return first === second
    }

    /// Whether this value sorts before the other; raises for types that Python does not order.
    func isLess(than other: TemplateValue) throws(ChatTemplateError) -> Bool {
        switch (self, other) {
        case (.string(let first), .string(let second)): return first.utf8.lexicographicallyPrecedes(second.utf8)
        case (.list(let first), .list(let second)), (.tuple(let first), .tuple(let second)):
            for (one, two) in zip(first, second) where !one.isEqual(to: two) { return try one.isLess(than: two) }
            return first.count < second.count
        case (.undefined(let undefined), _), (_, .undefined(let undefined)): throw undefined.error
        default:
            if let first = integerValue, let second = other.integerValue { return first < second }
            guard let first = floatValue, let second = other.floatValue else {
                throw ChatTemplateError(.failed("'\(typeName)' and '\(other.typeName)' have no order"))
            }
            return first < second
        }
    }

    func satisfies(_ relation: TemplateRelation, _ other: TemplateValue) throws(ChatTemplateError) -> Bool {
        switch relation {
        case .equal: return isEqual(to: other)
        case .notEqual: return !isEqual(to: other)
        case .less: return try isLess(than: other)
        case .greater: return try other.isLess(than: self)
        case .lessOrEqual: return try isLess(than: other) || isEqual(to: other)
        case .greaterOrEqual: return try other.isLess(than: self) || isEqual(to: other)
        case .contained: return try isContained(in: other)
        case .notContained: return try !isContained(in: other)
        }
    }

    /// `self in container`: part of a string, key of a dictionary, element of anything else.
    func isContained(in container: TemplateValue) throws(ChatTemplateError) -> Bool {
        switch container {
        case .string(let text):
            guard case .string(let part) = self else {
                throw ChatTemplateError(.failed("'in <string>' requires string as left operand, not \(typeName)"))
            }
            return TextSearch(part).first(in: Array(text.utf8)) != nil
        case .dictionary(let dictionary): return try dictionary.value(of: self) != nil
        default:
            guard let iterator = container.iterator() else {
                throw ChatTemplateError(.failed("argument of type '\(container.typeName)' is not iterable"))
            }
            while let element = try iterator.next() { if element.isEqual(to: self) { return true } }
            return false
        }
    }

    /// The elements in rising order of their keys; equal ones keep their order, also when `reversed`.
    static func sorted(
        _ elements: [TemplateValue], by key: (TemplateValue) throws(ChatTemplateError) -> TemplateValue, reversed: Bool
    ) throws(ChatTemplateError) -> [TemplateValue] {
        var keyed: [(place: Int, key: TemplateValue)] = []
        for (place, element) in elements.enumerated() { keyed.append((place, try key(element))) }
        var fault: ChatTemplateError?
        keyed.sort { first, second in
            do throws(ChatTemplateError) {
                if try first.key.isLess(than: second.key) { return !reversed }
                if try second.key.isLess(than: first.key) { return reversed }
            } catch { fault = fault ?? error }
            return first.place < second.place
        }
        if let fault { throw fault }
        return keyed.map { elements[$0.place] }
    }
}
