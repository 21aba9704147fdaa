/// A macro, or the body of a call block, with the scope it was defined in.
final class TemplateMacroObject: TemplateObject {
    private let macro: TemplateMacro
    private let scope: TemplateScope?

    init(_ macro: TemplateMacro, definedIn scope: TemplateScope?) {
        self.macro = macro
        self.scope = scope
    }

    private var name: String { macro.name ?? "caller" }

    override var typeName: String { "Macro" }
    override var qualifiedName: String { "jinja2.runtime.Macro" }
    override var isCallable: Bool { true }
    override var representation: String { "<Macro \(macro.name.map(\.pythonRepresentation) ?? "anonymous")>" }

    override func attribute(_ name: String) -> TemplateValue? {
        switch name {
        case "name": macro.name.map { .string($0) } ?? TemplateValue.none
        case "arguments": .tuple(macro.parameters.map { .string($0.name) })
        case "catch_kwargs": .bool(macro.implicitNames["kwargs"] != nil)
        case "catch_varargs": .bool(macro.implicitNames["varargs"] != nil)
        case "caller": .bool(macro.implicitNames["caller"] != nil)
        default: nil
        }
    }

    override func call(
        _ arguments: TemplateArguments, in interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> TemplateValue {
        let callLine = interpreter.line
        let (text, _) = try interpreter.capture { () throws(ChatTemplateError) in
            try interpreter.inScope(inside: scope) { (inner) throws(ChatTemplateError) in
                try bind(arguments, in: interpreter, inner)
                return try interpreter.run(macro.body)
            }
        }
        interpreter.line = callLine
        return .string(text)
    }

    /// Sets the parameters, and `varargs`, `kwargs` and `caller` where the body uses them.
    private func bind(
        _ arguments: TemplateArguments, in interpreter: TemplateInterpreter, _ inner: TemplateScope
    ) throws(ChatTemplateError) {
        var keyword = arguments.keyword
        func taken(_ name: String) -> TemplateValue? {
            keyword.firstIndex { $0.name == name }.map { keyword.remove(at: $0).value }
        }
        for (place, parameter) in macro.parameters.enumerated() {
            let given = place < arguments.positional.count ? arguments.positional[place] : taken(parameter.name)
            let value = if let given { given } else { try standard(parameter, in: interpreter) }
            inner.set(parameter.symbol, to: value)
        }
        if let symbol = macro.implicitNames["caller"] {
            inner.set(symbol, to: taken("caller") ?? .undefined(.hint("No caller defined")))
        }
        if let symbol = macro.implicitNames["kwargs"] {
            let pairs = keyword.map { (key: TemplateValue.string($0.name), value: $0.value) }
            inner.set(symbol, to: .dictionary(try TemplateDictionary(pairs)))
        } else if let unknown = keyword.first {
            throw ChatTemplateError(.failed("macro '\(name)' takes no keyword argument '\(unknown.name)'"))
        }
        let rest = Array(arguments.positional.dropFirst(macro.parameters.count))
        if let symbol = macro.implicitNames["varargs"] {
            inner.set(symbol, to: .tuple(rest))
        } else if !rest.isEmpty {
            throw ChatTemplateError(.failed("macro '\(name)' takes not more than \(macro.parameters.count) argument(s)"))
        }
    }

    private func standard(
        _ parameter: TemplateMacro.Parameter, in interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> TemplateValue {
        guard let expression = parameter.defaultValue else {
            return .undefined(.hint("parameter \(parameter.name.pythonRepresentation) was not provided"))
        }
        return try interpreter.evaluate(expression)
    }
}
