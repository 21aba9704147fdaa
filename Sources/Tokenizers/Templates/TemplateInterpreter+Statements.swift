/// Runs what stands in `{% %}`.
extension TemplateInterpreter {
    func run(_ statements: [TemplateStatement]) throws(ChatTemplateError) -> Flow {
        for statement in statements {
            let flow = try run(statement)
            if flow != .finished { return flow }
        }
        return .finished
    }

    private func run(_ statement: TemplateStatement) throws(ChatTemplateError) -> Flow {
        try enter()
        defer { leave() }
        line = statement.line
        switch statement.kind {
        case .text(let text): try emit(text)
        case .output(let expression): try emit(try evaluate(expression).text)
        case .conditional(let branches, let otherwise): return try run(branches, otherwise)
        case .loop(let loop): return try run(loop)
        case .assign(let target, let expression): try assign(try evaluate(expression), to: target)
        case .assignBlock(let target, let filter, let body): return try assignBlock(target, filter, body)
        case .macro(let macro): define(macro)
        case .callBlock(let callee, let arguments, let macro): try callBlock(callee, arguments, macro)
        case .filterBlock(let filter, let body): return try filterBlock(filter, body)
        case .with(let bindings, let body): return try with(bindings, body)
        case .scope(let body):
            return try inScope(inside: currentScope) { (_) throws(ChatTemplateError) in try run(body) }
        case .generation(let body): try generation(body)
        case .breakLoop: return .breaksLoop
        case .continueLoop: return .continuesLoop
        }
        return .finished
    }

    private func run(_ branches: [TemplateBranch], _ otherwise: [TemplateStatement]) throws(ChatTemplateError) -> Flow {
        for branch in branches {
            line = branch.line
            if try evaluate(branch.test).isTrue { return try run(branch.body) }
        }
        return try run(otherwise)
    }

    // MARK: Assignment

    func assign(_ value: TemplateValue, to target: TemplateTarget) throws(ChatTemplateError) {
        switch target {
        case .name(let symbol): set(symbol, to: value)
        case .attribute(let symbol, let name):
            guard case .object(let object as TemplateNamespace) = self.value(of: symbol) else {
                throw ChatTemplateError(.failed("cannot assign attribute on non-namespace object"))
            }
            try object.set(name, to: value)
        case .tuple(let targets):
            let elements = try value.elements()
            guard elements.count == targets.count else {
                throw ChatTemplateError(.failed("\(elements.count) values cannot be unpacked into \(targets.count) names"))
            }
            for (element, target) in zip(elements, targets) { try assign(element, to: target) }
        }
    }

    /// The text of a body with names of its own.
    private func captureScoped(_ body: [TemplateStatement]) throws(ChatTemplateError) -> (text: String, flow: Flow) {
        try capture { () throws(ChatTemplateError) in
            try inScope(inside: currentScope) { (_) throws(ChatTemplateError) in try run(body) }
        }
    }

    private func filtered(_ text: String, by filter: TemplateExpression) throws(ChatTemplateError) -> TemplateValue {
        let outer = capturedText
        defer { capturedText = outer }
        capturedText = .string(text)
        return try evaluate(filter)
    }

    private func assignBlock(
        _ target: TemplateTarget, _ filter: TemplateExpression?, _ body: [TemplateStatement]
    ) throws(ChatTemplateError) -> Flow {
        let (text, flow) = try captureScoped(body)
        guard flow == .finished else { return flow }
        let value = if let filter { try filtered(text, by: filter) } else { TemplateValue.string(text) }
        try assign(try charged(value), to: target)
        return .finished
    }

    private func filterBlock(_ filter: TemplateExpression, _ body: [TemplateStatement]) throws(ChatTemplateError) -> Flow {
        let (text, flow) = try captureScoped(body)
        guard flow == .finished else { return flow }
        try emit(try filtered(text, by: filter).text)
        return .finished
    }

    private func with(_ bindings: [TemplateBinding], _ body: [TemplateStatement]) throws(ChatTemplateError) -> Flow {
        var values: [TemplateValue] = []
        for binding in bindings { values.append(try evaluate(binding.value)) }
        return try inScope(inside: currentScope) { (_) throws(ChatTemplateError) in
            for (binding, value) in zip(bindings, values) { try assign(value, to: binding.target) }
            return try run(body)
        }
    }

    private func generation(_ body: [TemplateStatement]) throws(ChatTemplateError) {
        let (text, _) = try captureScoped(body)
        noteGenerated(text)
        try emit(text)
    }

    // MARK: Macros

    private func define(_ macro: TemplateMacro) {
        guard let symbol = macro.symbol else { return }
        set(symbol, to: .object(TemplateMacroObject(macro, definedIn: currentScope)))
    }

    private func callBlock(
        _ callee: TemplateExpression, _ arguments: TemplateCallArguments, _ macro: TemplateMacro
    ) throws(ChatTemplateError) {
        let caller = TemplateMacroObject(macro, definedIn: currentScope)
        try emit(try call(callee, arguments, caller: caller).text)
    }
}
