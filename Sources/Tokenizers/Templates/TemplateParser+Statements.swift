/// What stands in `{% %}`.
extension TemplateParser {
    /// The statements of the tag whose name is the current token, up to its last `%}`.
    mutating func statement() throws(ChatTemplateError) -> [TemplateStatement] {
        let line = current.line
        let tag = try expectName()
        let kind: TemplateStatement.Kind
        switch tag {
        case "if": kind = try conditional(line: line)
        case "for": kind = try loop()
        case "set": kind = try assignment()
        case "macro": kind = .macro(try macro())
        case "call": kind = try callBlock()
        case "filter": kind = try filterBlock()
        case "with": kind = try with()
        case "generation":
            kind = .generation(try outsideLoops { (parser) throws(ChatTemplateError) in try parser.body(until: "endgeneration") })
        case "block": kind = try block()
        case "autoescape": kind = try autoescape()
        case "print": return try printed(line: line)
        case "break", "continue":
            guard loopDepth > 0 else { throw failure("'\(tag)' stands outside of a loop") }
            kind = tag == "break" ? .breakLoop : .continueLoop
        case "include", "import", "from", "extends":
            throw failure("'{% \(tag) %}' reads another template, and chat templates stand alone")
        default: throw failure("'\(tag)' is no known tag")
        }
        return [TemplateStatement(kind: kind, line: line)]
    }

    /// Reads a body that becomes a function of its own, where the loops around do not count.
    private mutating func outsideLoops<Result>(
        _ body: (inout TemplateParser) throws(ChatTemplateError) -> Result
    ) throws(ChatTemplateError) -> Result {
        let outer = loopDepth
        loopDepth = 0
        defer { loopDepth = outer }
        return try body(&self)
    }

    private mutating func conditional(line: Int) throws(ChatTemplateError) -> TemplateStatement.Kind {
        var branches: [TemplateBranch] = []
        var branchLine = line
        repeat {
            let test = try tupleOrExpression(allowsConditional: false)
            let body = try openBody(until: ["elif", "else", "endif"])
            branches.append(TemplateBranch(test: test, line: branchLine, body: body))
            branchLine = current.line
        } while take(name: "elif")
        let otherwise = take(name: "else") ? try openBody(until: ["endif"]) : []
        advance()
        return .conditional(branches, otherwise: otherwise)
    }

    private mutating func loop() throws(ChatTemplateError) -> TemplateStatement.Kind {
        let target = try assignmentTarget()
        guard !assigns("loop", target) else { throw failure("'loop' cannot be the target of a loop") }
        try expect(.name("in"))
        let iterated = try tupleOrExpression(allowsConditional: false)
        let filter = take(name: "if") ? try expression() : nil
        let isRecursive = take(name: "recursive")
        loopDepth += 1
        let body = try openBody(until: ["else", "endfor"])
        loopDepth -= 1
        let otherwise = take(name: "else") ? try openBody(until: ["endfor"]) : []
        advance()
        return .loop(
            TemplateLoop(
                target: target, iterated: iterated, filter: filter, isRecursive: isRecursive, body: body,
                otherwise: otherwise))
    }

    private func assigns(_ name: String, _ target: TemplateTarget) -> Bool {
        switch target {
        case .name(let symbol): names[symbol] == name
        case .attribute: false
        case .tuple(let targets): targets.contains { assigns(name, $0) }
        }
    }

    private mutating func assignment() throws(ChatTemplateError) -> TemplateStatement.Kind {
        let target = try assignmentTarget(allowsAttributes: true)
        if take("=") { return .assign(target, try tupleOrExpression()) }
        let filter = isAt("|") ? try filters(on: .capturedText) : nil
        return .assignBlock(target, filter: filter, try body(until: "endset"))
    }

    private mutating func macro() throws(ChatTemplateError) -> TemplateMacro {
        let name = try expectName()
        let parameters = try signature()
        return try macroBody(name: name, parameters, until: "endmacro")
    }

    private mutating func macroBody(
        name: String?, _ parameters: [TemplateMacro.Parameter], until ending: String
    ) throws(ChatTemplateError) -> TemplateMacro {
        implicitNames.append([:])
        let body = try outsideLoops { (parser) throws(ChatTemplateError) in try parser.body(until: ending) }
        let used = implicitNames.removeLast().filter { used in !parameters.contains { $0.name == used.key } }
        let symbol = if let name { symbol(for: name) } else { Int?.none }
        return TemplateMacro(name: name, symbol: symbol, parameters: parameters, body: body, implicitNames: used)
    }

    private mutating func signature() throws(ChatTemplateError) -> [TemplateMacro.Parameter] {
        try expect("(")
        var parameters: [TemplateMacro.Parameter] = []
        while !isAt(")") {
            if !parameters.isEmpty { try expect(",") }
            let name = try expectName()
            let defaultValue = take("=") ? try expression() : nil
            if defaultValue == nil, parameters.last?.defaultValue != nil {
                throw failure("the parameter '\(name)' needs a default, since one before it has one")
            }
            parameters.append(.init(name: name, symbol: symbol(for: name), defaultValue: defaultValue))
        }
        advance()
        return parameters
    }

    private mutating func callBlock() throws(ChatTemplateError) -> TemplateStatement.Kind {
        let parameters = isAt("(") ? try signature() : []
        guard case .call(let callee, let arguments) = try expression() else { throw failure("'call' needs a call") }
        return .callBlock(callee, arguments, try macroBody(name: nil, parameters, until: "endcall"))
    }

    private mutating func filterBlock() throws(ChatTemplateError) -> TemplateStatement.Kind {
        let filter = try filters(on: try oneFilter(on: .capturedText))
        return .filterBlock(filter, try body(until: "endfilter"))
    }

    private mutating func with() throws(ChatTemplateError) -> TemplateStatement.Kind {
        var bindings: [TemplateBinding] = []
        while current.kind != .blockEnd {
            if !bindings.isEmpty { try expect(",") }
            let target = try assignmentTarget()
            try expect("=")
            bindings.append(TemplateBinding(target: target, value: try expression()))
        }
        return .with(bindings, try body(until: "endwith"))
    }

    private mutating func block() throws(ChatTemplateError) -> TemplateStatement.Kind {
        let name = try expectName()
        _ = take(name: "scoped")
        let body = try outsideLoops { (parser) throws(ChatTemplateError) in try parser.body(until: "endblock") }
        _ = take(name: name)
        return .scope(body)
    }

    private mutating func autoescape() throws(ChatTemplateError) -> TemplateStatement.Kind {
        guard case .literal(.bool(false)) = try expression() else { throw failure("chat templates do not escape their text") }
        return .scope(try body(until: "endautoescape"))
    }

    private mutating func printed(line: Int) throws(ChatTemplateError) -> [TemplateStatement] {
        var statements: [TemplateStatement] = []
        while current.kind != .blockEnd {
            if !statements.isEmpty { try expect(",") }
            statements.append(TemplateStatement(kind: .output(try expression()), line: line))
        }
        return statements
    }

    // MARK: Targets

    /// What `set`, `for` and `with` assign to: a name, names separated by commas, or `namespace.attribute`.
    private mutating func assignmentTarget(
        allowsAttributes: Bool = false
    ) throws(ChatTemplateError) -> TemplateTarget {
        var targets: [TemplateTarget] = []
        var isTuple = false
        repeat {
            if isAt(")") || current.kind == .blockEnd { break }
            targets.append(try oneTarget(allowsAttributes: allowsAttributes))
            if isAt(",") { isTuple = true }
        } while take(",")
        guard let first = targets.first else { throw failure("a name is expected, not '\(current.described)'") }
        return isTuple ? .tuple(targets) : first
    }

    private mutating func oneTarget(allowsAttributes: Bool) throws(ChatTemplateError) -> TemplateTarget {
        if take("(") {
            let target = try nested { (parser) throws(ChatTemplateError) in
                try parser.assignmentTarget(allowsAttributes: allowsAttributes)
            }
            try expect(")")
            return target
        }
        let name = try expectName()
        guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
            throw failure("'\(name)' cannot be assigned to")
        }
        guard allowsAttributes, take(".") else { return .name(symbol(for: name)) }
        return .attribute(of: symbol(for: name), try expectName())
    }
}
