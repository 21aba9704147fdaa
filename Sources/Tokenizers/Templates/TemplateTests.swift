/// What may stand after `is`.
enum TemplateTests {
    typealias Test = @Sendable (TemplateValue, TemplateArguments) throws(ChatTemplateError) -> Bool

    static let table: [String: Test] = kinds.merging(comparisons()) { $1 }.merging(numbers) { $1 }.merging(texts) { $1 }

    private static func comparisons() -> [String: Test] {
        var tests: [String: Test] = [:]
        for (names, relation) in relations {
            for name in names { tests[name] = comparison(name, relation) }
        }
        return tests
    }

    private static func comparison(_ name: String, _ relation: TemplateRelation) -> Test {
        { (value, arguments) throws(ChatTemplateError) in
            try value.satisfies(relation, try operand(arguments, of: name))
        }
    }

    private static let relations: [([String], TemplateRelation)] = [
        (["==", "eq", "equalto"], .equal), (["!=", "ne"], .notEqual), (["<", "lt", "lessthan"], .less),
        (["<=", "le"], .lessOrEqual), ([">", "gt", "greaterthan"], .greater), ([">=", "ge"], .greaterOrEqual),
        (["in"], .contained),
    ]

    private static let kinds: [String: Test] = [
        "defined": { (value, _) in !value.isUndefined },
        "undefined": { (value, _) in value.isUndefined },
        "none": { (value, _) in value.isNone },
        "boolean": { (value, _) in if case .bool = value { true } else { false } },
        "true": { (value, _) in if case .bool(true) = value { true } else { false } },
        "false": { (value, _) in if case .bool(false) = value { true } else { false } },
        "integer": { (value, _) in if case .integer = value { true } else { false } },
        "float": { (value, _) in if case .float = value { true } else { false } },
        "number": { (value, _) in value.floatValue != nil },
        "string": { (value, _) in if case .string = value { true } else { false } },
        "mapping": { (value, _) in if case .dictionary = value { true } else { false } },
        "iterable": { (value, _) in value.iterator() != nil },
        "sequence": { (value, _) in value.isSequence },
        "callable": { (value, _) in value.isCallable },
        "escaped": { (_, _) in false },
        "sameas": { (value, arguments) throws(ChatTemplateError) in value.isSame(as: try operand(arguments, of: "sameas")) },
    ]

    private static let numbers: [String: Test] = [
        "even": { (value, _) throws(ChatTemplateError) in try remainder(of: value, by: 2) == 0 },
        "odd": { (value, _) throws(ChatTemplateError) in try remainder(of: value, by: 2) == 1 },
        "divisibleby": { (value, arguments) throws(ChatTemplateError) in
            let divisor = try operand(arguments, of: "divisibleby")
            guard let number = divisor.floatValue, number != 0 else {
                throw ChatTemplateError(.failed("'divisibleby' needs a number other than zero"))
            }
            return try remainder(of: value, by: number) == 0
        },
    ]

    private static let texts: [String: Test] = [
        "lower": { (value, _) in value.text.isPythonLowercase },
        "upper": { (value, _) in value.text.isPythonUppercase },
        "filter": { (value, _) in TemplateFilters.table[value.text] != nil },
        "test": { (value, _) in isTest(value.text) },
    ]

    private static func isTest(_ name: String) -> Bool { table[name] != nil }

    private static func operand(_ arguments: TemplateArguments, of test: String) throws(ChatTemplateError) -> TemplateValue {
        try arguments.bound(to: ["other"], required: 1, of: test)[0] ?? .none
    }

    private static func remainder(of value: TemplateValue, by divisor: Double) throws(ChatTemplateError) -> Double {
        if case .undefined(let undefined) = value { throw undefined.error }
        guard let number = value.floatValue else {
            throw ChatTemplateError(.failed("'\(value.typeName)' cannot be divided"))
        }
        let remainder = number.truncatingRemainder(dividingBy: divisor)
        return remainder != 0 && (remainder < 0) != (divisor < 0) ? remainder + divisor : remainder
    }
}

extension TemplateValue {
    var isSequence: Bool {
        switch self {
        case .undefined, .string, .list, .tuple, .dictionary: true
        case .none, .bool, .integer, .float: false
        case .object(let object): object.isSequence
        }
    }

    var isCallable: Bool {
        switch self {
        case .undefined: true
        case .object(let object): object.isCallable
        default: false
        }
    }

    /// Identity, as far as values without identity have one: equal constants of one type are the same.
    func isSame(as other: TemplateValue) -> Bool {
        if case .object(let first) = self, case .object(let second) = other { return first === second }
        if case .dictionary(let first) = self, case .dictionary(let second) = other { return first === second }
        return typeName == other.typeName && isEqual(to: other)
    }
}
