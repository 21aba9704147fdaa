/// Evaluates expressions.
extension TemplateInterpreter {
    func evaluate(_ expression: TemplateExpression) throws(ChatTemplateError) -> TemplateValue {
        try enter()
        defer { leave() }
        switch expression {
        case .literal(let literal): return TemplateValue(literal)
        case .name(let symbol): return value(of: symbol)
        case .capturedText: return capturedText
        case .attribute(let owner, let name): return try evaluate(owner).attribute(name)
        case .item(let owner, let key): return try item(owner, key)
        case .slice(let owner, let from, let to, let step): return try slice(owner, from, to, step)
        case .not(let operand): return .bool(try !evaluate(operand).isTrue)
        case .and(let first, let second): return try and(first, second)
        case .or(let first, let second): return try or(first, second)
        case .comparison(let first, let comparands): return .bool(try compare(first, comparands))
        case .conditional(let test, let value, let otherwise): return try choose(test, value, otherwise)
        case .concatenation(let parts): return try concatenate(parts)
        case .arithmetic(let operation, let first, let second): return try calculate(operation, first, second)
        case .sign(let negative, let operand): return try signed(try evaluate(operand), negative: negative)
        case .list(let elements): return try charged(.list(try evaluate(elements)))
        case .tuple(let elements): return try charged(.tuple(try evaluate(elements)))
        case .dictionary(let pairs): return try dictionary(pairs)
        case .call(let callee, let arguments): return try call(callee, arguments)
        case .filter(let value, let name, let arguments):
            guard TemplateFilters.table[name] != nil else { throw ChatTemplateError(.syntax("no filter is named '\(name)'")) }
            return try filter(name, try evaluate(value), try evaluate(arguments))
        case .test(let value, let name, let arguments):
            guard TemplateTests.table[name] != nil else { throw ChatTemplateError(.syntax("no test is named '\(name)'")) }
            return .bool(try test(name, try evaluate(value), try evaluate(arguments)))
        }
    }

    private func evaluate(_ expressions: [TemplateExpression]) throws(ChatTemplateError) -> [TemplateValue] {
        var values: [TemplateValue] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try evaluate(expression)) }
        return values
    }

    private func item(_ owner: TemplateExpression, _ key: TemplateExpression) throws(ChatTemplateError) -> TemplateValue {
        let value = try evaluate(owner)
        return try value.item(try evaluate(key))
    }

    private func slice(
        _ owner: TemplateExpression, _ from: TemplateExpression?, _ to: TemplateExpression?, _ step: TemplateExpression?
    ) throws(ChatTemplateError) -> TemplateValue {
        func bound(_ expression: TemplateExpression?) throws(ChatTemplateError) -> TemplateValue {
            if let expression { try evaluate(expression) } else { .none }
        }
        let value = try evaluate(owner)
        return try charged(try value.slice(from: try bound(from), to: try bound(to), step: try bound(step)))
    }

    private func and(_ first: TemplateExpression, _ second: TemplateExpression) throws(ChatTemplateError) -> TemplateValue {
        let value = try evaluate(first)
        return value.isTrue ? try evaluate(second) : value
    }

    private func or(_ first: TemplateExpression, _ second: TemplateExpression) throws(ChatTemplateError) -> TemplateValue {
        let value = try evaluate(first)
        return value.isTrue ? value : try evaluate(second)
    }

    private func compare(_ first: TemplateExpression, _ comparands: [TemplateComparand]) throws(ChatTemplateError) -> Bool {
        var left = try evaluate(first)
        for comparand in comparands {
            let right = try evaluate(comparand.operand)
            guard try left.satisfies(comparand.relation, right) else { return false }
            left = right
        }
        return true
    }

    private func choose(
        _ test: TemplateExpression, _ value: TemplateExpression, _ otherwise: TemplateExpression?
    ) throws(ChatTemplateError) -> TemplateValue {
        if try evaluate(test).isTrue { return try evaluate(value) }
        guard let otherwise else {
            return .undefined(.hint("the inline if-expression evaluated to false and no else section was defined"))
        }
        return try evaluate(otherwise)
    }

    private func concatenate(_ parts: [TemplateExpression]) throws(ChatTemplateError) -> TemplateValue {
        var text = ""
        for part in parts { text += try evaluate(part).text }
        return try charged(.string(text))
    }

    private func dictionary(_ pairs: [TemplatePair]) throws(ChatTemplateError) -> TemplateValue {
        var members: [(key: TemplateValue, value: TemplateValue)] = []
        for pair in pairs { members.append((try evaluate(pair.key), try evaluate(pair.value))) }
        return .dictionary(try TemplateDictionary(members))
    }

    // MARK: Calls

    func evaluate(_ arguments: TemplateCallArguments) throws(ChatTemplateError) -> TemplateArguments {
        var values = TemplateArguments(positional: try evaluate(arguments.positional))
        for (name, expression) in arguments.keyword { values.keyword.append((name, try evaluate(expression))) }
        if let list = arguments.unpackedList { values.positional += try evaluate(list).elements() }
        if let rest = arguments.unpackedDictionary {
            guard case .dictionary(let dictionary) = try evaluate(rest) else {
                throw ChatTemplateError(.failed("the argument after ** must be a mapping"))
            }
            for (key, value) in zip(dictionary.keys, dictionary.values) { values.keyword.append((key.text, value)) }
        }
        return values
    }

    /// - Parameter caller: the body of a call block, which the callee gets under that name.
    func call(
        _ callee: TemplateExpression, _ arguments: TemplateCallArguments, caller: TemplateMacroObject? = nil
    ) throws(ChatTemplateError) -> TemplateValue {
        let function: TemplateValue
        if case .attribute(let owner, let name) = callee {
            // The commonest calls go straight to the method, without making a function object first.
            let value = try evaluate(owner)
            if case .string(let text) = value, let method = StringMethod.named(name) {
                return try charged(try method.apply(to: text, try evaluate(arguments), in: self))
            }
            function = try value.attribute(name)
        } else {
            function = try evaluate(callee)
        }
        var values = try evaluate(arguments)
        if let caller { values.keyword.append(("caller", .object(caller))) }
        return try call(function, values)
    }

    private func call(_ function: TemplateValue, _ arguments: TemplateArguments) throws(ChatTemplateError) -> TemplateValue {
        switch function {
        case .undefined(let undefined): throw undefined.error
        case .object(let object): return try charged(try object.call(arguments, in: self))
        default: throw ChatTemplateError(.failed("'\(function.typeName)' object is not callable"))
        }
    }

    func filter(
        _ name: String, _ value: TemplateValue, _ arguments: TemplateArguments
    ) throws(ChatTemplateError) -> TemplateValue {
        guard let filter = TemplateFilters.table[name] else { throw ChatTemplateError(.failed("no filter is named '\(name)'")) }
        return try charged(try filter(value, arguments, self))
    }

    func test(_ name: String, _ value: TemplateValue, _ arguments: TemplateArguments) throws(ChatTemplateError) -> Bool {
        guard let test = TemplateTests.table[name] else { throw ChatTemplateError(.failed("no test is named '\(name)'")) }
        return try test(value, arguments)
    }
}
