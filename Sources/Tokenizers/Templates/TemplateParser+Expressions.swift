/// Expressions, from the loosest binding to the tightest.
extension TemplateParser {
    /// One expression, or a tuple of several separated by commas.
    mutating func tupleOrExpression(
        allowsConditional: Bool = true, mayBeEmpty: Bool = false
    ) throws(ChatTemplateError) -> TemplateExpression {
        var elements: [TemplateExpression] = []
        var isTuple = false
        while !isAtTupleEnd {
            elements.append(allowsConditional ? try expression() : try or())
            guard take(",") else { break }
            isTuple = true
        }
        if isTuple || (elements.isEmpty && mayBeEmpty) { return .tuple(elements) }
        guard let only = elements.first else { throw failure("an expression is expected, not '\(current.described)'") }
        return only
    }

    private var isAtTupleEnd: Bool {
        switch current.kind {
        case .outputEnd, .blockEnd, .symbol(")"): true
        default: false
        }
    }

    /// `a if test else b`, or what binds tighter.
    mutating func expression() throws(ChatTemplateError) -> TemplateExpression {
        try nested { (parser) throws(ChatTemplateError) in
            var value = try parser.or()
            var length = 0
            while parser.take(name: "if") {
                length += 1
                try parser.checkLength(length)
                let test = try parser.or()
                let otherwise = parser.take(name: "else") ? try parser.expression() : nil
                value = .conditional(test: test, value, otherwise: otherwise)
            }
            return value
        }
    }

    private mutating func or() throws(ChatTemplateError) -> TemplateExpression {
        var value = try and()
        var length = 0
        while take(name: "or") {
            length += 1
            try checkLength(length)
            value = .or(value, try and())
        }
        return value
    }

    private mutating func and() throws(ChatTemplateError) -> TemplateExpression {
        var value = try not()
        var length = 0
        while take(name: "and") {
            length += 1
            try checkLength(length)
            value = .and(value, try not())
        }
        return value
    }

    private mutating func not() throws(ChatTemplateError) -> TemplateExpression {
        guard take(name: "not") else { return try comparison() }
        return .not(try nested { (parser) throws(ChatTemplateError) in try parser.not() })
    }

    private mutating func comparison() throws(ChatTemplateError) -> TemplateExpression {
        let first = try sum()
        var comparands: [TemplateComparand] = []
        while let relation = takeRelation() {
            comparands.append(TemplateComparand(relation: relation, operand: try sum()))
        }
        return comparands.isEmpty ? first : .comparison(first, comparands)
    }

    private mutating func takeRelation() -> TemplateRelation? {
        switch current.kind {
        case .symbol(let symbol):
            guard let relation = TemplateRelation(rawValue: symbol) else { return nil }
            advance()
            return relation
        case .name("in"):
            advance()
            return .contained
        case .name("not") where next.kind == .name("in"):
            advance()
            advance()
            return .notContained
        default: return nil
        }
    }

    private mutating func sum() throws(ChatTemplateError) -> TemplateExpression {
        try chain(["+", "-"]) { (parser) throws(ChatTemplateError) in try parser.concatenation() }
    }

    private mutating func concatenation() throws(ChatTemplateError) -> TemplateExpression {
        var parts = [try product()]
        while take("~") { parts.append(try product()) }
        return parts.count == 1 ? parts[0] : .concatenation(parts)
    }

    private mutating func product() throws(ChatTemplateError) -> TemplateExpression {
        try chain(["*", "/", "//", "%"]) { (parser) throws(ChatTemplateError) in try parser.power() }
    }

    private mutating func power() throws(ChatTemplateError) -> TemplateExpression {
        try chain(["**"]) { (parser) throws(ChatTemplateError) in try parser.unary(withFilters: true) }
    }

    /// Operands joined by operators of one rank, which group from the left.
    private mutating func chain(
        _ symbols: Set<String>, of operand: (inout TemplateParser) throws(ChatTemplateError) -> TemplateExpression
    ) throws(ChatTemplateError) -> TemplateExpression {
        var value = try operand(&self)
        var length = 0
        while case .symbol(let symbol) = current.kind, symbols.contains(symbol),
            let operation = TemplateArithmetic(rawValue: symbol)
        {
            length += 1
            try checkLength(length)
            advance()
            value = .arithmetic(operation, value, try operand(&self))
        }
        return value
    }

    private mutating func unary(withFilters: Bool) throws(ChatTemplateError) -> TemplateExpression {
        var value: TemplateExpression
        if isAt("-") || isAt("+") {
            let negative = isAt("-")
            advance()
            value = .sign(
                negative: negative,
                try nested { (parser) throws(ChatTemplateError) in try parser.unary(withFilters: false) })
        } else {
            value = try primary()
        }
        value = try postfixes(on: value)
        return withFilters ? try filtersAndTests(on: value) : value
    }

    // MARK: Primaries

    private mutating func primary() throws(ChatTemplateError) -> TemplateExpression {
        let token = current
        advance()
        switch token.kind {
        case .name(let name): return named(name)
        case .string(var text):
            while case .string(let more) = current.kind {
                text += more
                advance()
            }
            return .literal(.string(text))
        case .integer(let value): return .literal(.integer(value))
        case .float(let value): return .literal(.float(value))
        case .symbol("("):
            let value = try nested { (parser) throws(ChatTemplateError) in try parser.tupleOrExpression(mayBeEmpty: true) }
            try expect(")")
            return value
        case .symbol("["):
            return .list(try elements(until: "]") { (parser) throws(ChatTemplateError) in try parser.expression() })
        case .symbol("{"):
            return .dictionary(try elements(until: "}") { (parser) throws(ChatTemplateError) in try parser.pair() })
        default: throw ChatTemplateError(.syntax("'\(token.described)' is not expected here"), line: token.line)
        }
    }

    private mutating func named(_ name: String) -> TemplateExpression {
        switch name {
        case "true", "True": return .literal(.bool(true))
        case "false", "False": return .literal(.bool(false))
        case "none", "None": return .literal(.none)
        case "caller", "varargs", "kwargs":
            let symbol = symbol(for: name)
            for index in implicitNames.indices { implicitNames[index][name] = symbol }
            return .name(symbol)
        default: return .name(symbol(for: name))
        }
    }

    private mutating func pair() throws(ChatTemplateError) -> TemplatePair {
        let key = try expression()
        try expect(":")
        return TemplatePair(key: key, value: try expression())
    }

    private mutating func elements<Element>(
        until closer: String, _ element: (inout TemplateParser) throws(ChatTemplateError) -> Element
    ) throws(ChatTemplateError) -> [Element] {
        var elements: [Element] = []
        while !isAt(closer) {
            if !elements.isEmpty {
                try expect(",")
                if isAt(closer) { break }
            }
            elements.append(try element(&self))
        }
        advance()
        return elements
    }

    // MARK: Access, calls, filters and tests

    private mutating func postfixes(on value: TemplateExpression) throws(ChatTemplateError) -> TemplateExpression {
        var value = value
        var length = 0
        while isAt(".") || isAt("[") || isAt("(") {
            length += 1
            try checkLength(length)
            if isAt("(") {
                value = .call(value, try callArguments())
            } else if take(".") {
                value = try attribute(of: value)
            } else {
                value = try subscripted(value)
            }
        }
        return value
    }

    private mutating func attribute(of value: TemplateExpression) throws(ChatTemplateError) -> TemplateExpression {
        let token = current
        advance()
        switch token.kind {
        case .name(let name): return .attribute(value, name)
        case .integer(let place): return .item(value, .literal(.integer(place)))
        default: throw ChatTemplateError(.syntax("a name or number is expected after '.'"), line: token.line)
        }
    }

    private mutating func subscripted(_ value: TemplateExpression) throws(ChatTemplateError) -> TemplateExpression {
        try expect("[")
        let from = isAt(":") ? nil : try expression()
        if let from, !isAt(":") {
            guard isAt(",") else {
                try expect("]")
                return .item(value, from)
            }
            var elements = [from]
            while take(","), !isAt("]") { elements.append(try expression()) }
            try expect("]")
            return .item(value, .tuple(elements))
        }
        try expect(":")
        let to = isAt(":") || isAt("]") ? nil : try expression()
        let step = take(":") && !isAt("]") ? try expression() : nil
        try expect("]")
        return .slice(value, from: from, to: to, step: step)
    }

    private mutating func filtersAndTests(on value: TemplateExpression) throws(ChatTemplateError) -> TemplateExpression {
        var value = value
        var length = 0
        while true {
            length += 1
            try checkLength(length)
            if take("|") {
                value = try oneFilter(on: value)
            } else if isAt(name: "is") {
                value = try test(on: value)
            } else if isAt("(") {
                value = .call(value, try callArguments())
            } else {
                return value
            }
        }
    }

    /// The filters `|a|b(1)` that follow.
    mutating func filters(on value: TemplateExpression) throws(ChatTemplateError) -> TemplateExpression {
        var value = value
        var length = 0
        while take("|") {
            length += 1
            try checkLength(length)
            value = try oneFilter(on: value)
        }
        return value
    }

    mutating func oneFilter(on value: TemplateExpression) throws(ChatTemplateError) -> TemplateExpression {
        let name = try dottedName()
        return .filter(value, name, isAt("(") ? try callArguments() : TemplateCallArguments())
    }

    private mutating func dottedName() throws(ChatTemplateError) -> String {
        var name = try expectName()
        while take(".") { name += "." + (try expectName()) }
        return name
    }

    private mutating func test(on value: TemplateExpression) throws(ChatTemplateError) -> TemplateExpression {
        advance()
        let negated = take(name: "not")
        let name = try dottedName()
        var arguments = TemplateCallArguments()
        if isAt("(") {
            arguments = try callArguments()
        } else if startsTestArgument {
            guard !isAt(name: "is") else { throw failure("tests with 'is' cannot be chained") }
            arguments.positional = [try postfixes(on: try primary())]
        }
        let test = TemplateExpression.test(value, name, arguments)
        return negated ? .not(test) : test
    }

    private var startsTestArgument: Bool {
        switch current.kind {
        case .name(let name): !["else", "or", "and"].contains(name)
        case .string, .integer, .float, .symbol("["), .symbol("{"): true
        default: false
        }
    }

    mutating func callArguments() throws(ChatTemplateError) -> TemplateCallArguments {
        try expect("(")
        var arguments = TemplateCallArguments()
        var isFirst = true
        while !isAt(")") {
            if !isFirst {
                try expect(",")
                if isAt(")") { break }
            }
            isFirst = false
            try addArgument(to: &arguments)
        }
        advance()
        return arguments
    }

    private mutating func addArgument(to arguments: inout TemplateCallArguments) throws(ChatTemplateError) {
        let isUnpacked = arguments.unpackedList != nil || arguments.unpackedDictionary != nil
        if isAt("**"), arguments.unpackedDictionary == nil {
            advance()
            arguments.unpackedDictionary = try expression()
        } else if isAt("*"), !isUnpacked {
            advance()
            arguments.unpackedList = try expression()
        } else if case .name(let name) = current.kind, next.kind == .symbol("="), arguments.unpackedDictionary == nil {
            advance()
            advance()
            arguments.keyword.append((name, try expression()))
        } else if !isUnpacked, arguments.keyword.isEmpty {
            arguments.positional.append(try expression())
        } else {
            throw failure("this argument cannot stand after the ones before it")
        }
    }
}
