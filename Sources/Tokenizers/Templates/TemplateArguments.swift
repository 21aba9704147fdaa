/// The arguments of one call.
struct TemplateArguments {
    var positional: [TemplateValue] = []
    var keyword: [(name: String, value: TemplateValue)] = []

    var isEmpty: Bool { positional.isEmpty && keyword.isEmpty }

    /// One value per parameter name, nil where none is given.
    ///
    /// Raises as Python does for arguments too many, unknown, given twice, or absent among the first `required`.
    func bound(
        to names: [String], required: Int = 0, of function: String
    ) throws(ChatTemplateError) -> [TemplateValue?] {
        guard positional.count <= names.count else {
            throw ChatTemplateError(.failed("\(function)() takes at most \(names.count) arguments, not \(positional.count)"))
        }
        var values: [TemplateValue?] = positional + Array(repeating: nil, count: names.count - positional.count)
        for (name, value) in keyword {
            guard let place = names.firstIndex(of: name) else {
                throw ChatTemplateError(.failed("\(function)() takes no keyword argument '\(name)'"))
            }
            guard values[place] == nil else {
                throw ChatTemplateError(.failed("\(function)() is given '\(name)' twice"))
            }
            values[place] = value
        }
        if let missing = names.indices.first(where: { $0 < required && values[$0] == nil }) {
            throw ChatTemplateError(.failed("\(function)() misses the argument '\(names[missing])'"))
        }
        return values
    }

    func dropFirst(_ count: Int = 1) -> TemplateArguments {
        TemplateArguments(positional: Array(positional.dropFirst(count)), keyword: keyword)
    }
}

extension TemplateValue? {
    /// The integer an argument must be.
    func integer(_ function: String, default fallback: Int) throws(ChatTemplateError) -> Int {
        guard let value = self else { return fallback }
        if case .undefined(let undefined) = value { throw undefined.error }
        guard let integer = value.integerValue else {
            throw ChatTemplateError(.failed("\(function)() needs an integer, not \(value.typeName)"))
        }
        return integer
    }

    /// The string an argument must be.
    func string(_ function: String, default fallback: String) throws(ChatTemplateError) -> String {
        guard let value = self else { return fallback }
        guard case .string(let text) = value else {
            throw ChatTemplateError(.failed("\(function)() needs a string, not \(value.typeName)"))
        }
        return text
    }

    func isTrue(default fallback: Bool = false) -> Bool { self?.isTrue ?? fallback }

    /// Nil for an argument that is absent or `none`.
    var unlessNone: TemplateValue? { flatMap { $0.isNone ? nil : $0 } }
}

extension TemplateValue {
    var isNone: Bool { if case .none = self { true } else { false } }
}
