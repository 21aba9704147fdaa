/// `{% for %}`.
extension TemplateInterpreter {
    func run(_ loop: TemplateLoop) throws(ChatTemplateError) -> Flow {
        try run(loop, over: try evaluate(loop.iterated), depth: 0, inside: currentScope)
    }

    /// - Parameter depth: how many recursive calls of the same loop are around this one.
    private func run(
        _ loop: TemplateLoop, over value: TemplateValue, depth: Int, inside outer: TemplateScope?
    ) throws(ChatTemplateError) -> Flow {
        guard let elements = value.iterator() else {
            throw ChatTemplateError(.failed("'\(value.typeName)' object is not iterable"))
        }
        let state = TemplateLoopState(filtered(elements, by: loop, inside: outer), depth: depth)
        state.knownLength = loop.filter == nil ? try value.length() : nil
        if loop.isRecursive {
            state.recurse = { [unowned self] (value) throws(ChatTemplateError) in
                let (text, _) = try capture { () throws(ChatTemplateError) in
                    try run(loop, over: value, depth: depth + 1, inside: outer)
                }
                return .string(text)
            }
        }
        var wentThrough = false
        passes: while let element = try state.advance() {
            try enter()
            defer { leave() }
            switch try pass(loop, element, state, inside: outer) {
            // As in Jinja, only a pass that reaches the end of the body keeps `else` from running.
            case .finished: wentThrough = true
            case .continuesLoop: continue passes
            case .breaksLoop: break passes
            }
        }
        guard !wentThrough, !loop.otherwise.isEmpty else { return .finished }
        return try inScope(inside: outer) { (_) throws(ChatTemplateError) in try run(loop.otherwise) }
    }

    private func pass(
        _ loop: TemplateLoop, _ element: TemplateValue, _ state: TemplateLoopState, inside outer: TemplateScope?
    ) throws(ChatTemplateError) -> Flow {
        try inScope(inside: outer) { (scope) throws(ChatTemplateError) in
            if let loopSymbol { scope.set(loopSymbol, to: .object(state)) }
            try assign(element, to: loop.target)
            return try run(loop.body)
        }
    }

    /// The elements that pass the loop's own `if`, tested only when they are asked for.
    private func filtered(
        _ elements: TemplateIterator, by loop: TemplateLoop, inside outer: TemplateScope?
    ) -> TemplateIterator {
        guard let filter = loop.filter else { return elements }
        return TemplateIterator { [unowned self] () throws(ChatTemplateError) in
            while let element = try elements.next() {
                let isKept = try inScope(inside: outer) { (_) throws(ChatTemplateError) in
                    try assign(element, to: loop.target)
                    return try evaluate(filter).isTrue
                }
                if isKept { return element }
            }
            return nil
        }
    }
}

/// The variable `loop`.
final class TemplateLoopState: TemplateObject {
    typealias Recursion = (TemplateValue) throws(ChatTemplateError) -> TemplateValue

    private let source: TemplateIterator
    private let depth: Int
    private var index = -1
    private var ahead: [TemplateValue] = []
    private var current: TemplateValue?
    private var previous: TemplateValue?
    private var lastChanged: [TemplateValue]?
    var knownLength: Int?
    var recurse: Recursion?

    init(_ source: TemplateIterator, depth: Int) {
        self.source = source
        self.depth = depth
    }

    override var typeName: String { "LoopContext" }
    override var qualifiedName: String { "jinja2.runtime.LoopContext" }
    override var isCallable: Bool { true }
    override var representation: String { "<LoopContext \(index + 1)/\(knownLength.map { String($0) } ?? "?")>" }

    /// Goes on to the next element; nil at the end.
    func advance() throws(ChatTemplateError) -> TemplateValue? {
        guard let element = ahead.isEmpty ? try source.next() : ahead.removeFirst() else { return nil }
        index += 1
        previous = current
        current = element
        return element
    }

    private func peek() throws(ChatTemplateError) -> TemplateValue? {
        if ahead.isEmpty, let element = try source.next() { ahead.append(element) }
        return ahead.first
    }

    override func length() throws(ChatTemplateError) -> Int? { try count() }

    private func count() throws(ChatTemplateError) -> Int {
        if let knownLength { return knownLength }
        ahead += try source.remaining()
        let count = index + 1 + ahead.count
        knownLength = count
        return count
    }

    override func attribute(_ name: String) throws(ChatTemplateError) -> TemplateValue? {
        switch name {
        case "index": return .integer(index + 1)
        case "index0": return .integer(index)
        case "first": return .bool(index == 0)
        case "last": return .bool(try peek() == nil)
        case "length": return .integer(try count())
        case "revindex": return .integer(try count() - index)
        case "revindex0": return .integer(try count() - index - 1)
        case "depth": return .integer(depth + 1)
        case "depth0": return .integer(depth)
        case "previtem": return (index == 0 ? nil : previous) ?? .undefined(.hint("there is no previous item"))
        case "nextitem": return try peek() ?? .undefined(.hint("there is no next item"))
        case "cycle": return .object(TemplateFunction(name) { [self] (values, _) throws(ChatTemplateError) in try cycle(values) })
        case "changed": return .object(TemplateFunction(name) { [self] (values, _) in .bool(changed(values.positional)) })
        default: return nil
        }
    }

    private func cycle(_ arguments: TemplateArguments) throws(ChatTemplateError) -> TemplateValue {
        guard !arguments.positional.isEmpty else { throw ChatTemplateError(.failed("no items for cycling given")) }
        return arguments.positional[index % arguments.positional.count]
    }

    private func changed(_ values: [TemplateValue]) -> Bool {
        if let lastChanged, TemplateValue.tuple(lastChanged).isEqual(to: .tuple(values)) { return false }
        lastChanged = values
        return true
    }

    override func call(
        _ arguments: TemplateArguments, in interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> TemplateValue {
        guard let recurse else {
            throw ChatTemplateError(.failed("the loop must have the 'recursive' marker to be called recursively"))
        }
        return try recurse(try arguments.bound(to: ["iterable"], required: 1, of: "loop")[0] ?? .none)
    }
}
