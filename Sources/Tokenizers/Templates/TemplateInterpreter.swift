import Foundation

/// Evaluates one template for one conversation.
///
/// An interpreter lives for one rendering and is used by one thread.
final class TemplateInterpreter {
    /// How a body ended.
    enum Flow { case finished, breaksLoop, continuesLoop }

    private let syntax: TemplateSyntax
    let limits: TemplateLimits
    let clock: TemplateClock
    /// What the outermost level knows, by symbol: variables, functions and top-level `set`s.
    private var context: [TemplateValue?]
    private var scope: TemplateScope?
    private(set) var spans: [Range<Int>] = []
    /// The line of the source that is being evaluated.
    var line = 1
    /// What `.capturedText` stands for: the body a filter is applied to.
    var capturedText: TemplateValue = .string("")

    /// The text of the outermost level, then one text for each body that is being captured.
    private var buffers = [""]
    private var countedBytes = 0
    private var countedScalars = 0
    private var steps = 0
    private var depth = 0
    private var builtBytes = 0

    init(
        _ syntax: TemplateSyntax, variables: [String: TemplateValue], limits: TemplateLimits, clock: TemplateClock
    ) {
        self.syntax = syntax
        self.limits = limits
        self.clock = clock
        context = syntax.names.map { variables[$0] ?? TemplateGlobals.function(named: $0).map { .object($0) } }
    }

    func render() throws(ChatTemplateError) -> RenderedChat {
        do {
            _ = try run(syntax.body)
        } catch {
            throw error.line == nil ? ChatTemplateError(error.reason, line: line) : error
        }
        return RenderedChat(text: buffers[0], generationSpans: spans)
    }

    // MARK: Names

    func value(of symbol: Int) -> TemplateValue {
        scope?.value(of: symbol) ?? context[symbol] ?? .undefined(.name(syntax.names[symbol]))
    }

    func set(_ symbol: Int, to value: TemplateValue) {
        if let scope { scope.set(symbol, to: value) } else { context[symbol] = value }
    }

    var loopSymbol: Int? { syntax.loopSymbol }

    /// The scope that closures made here should look names up in.
    var currentScope: TemplateScope? { scope }

    /// Runs `body` with names of its own, inside `parent`.
    func inScope<Result>(
        inside parent: TemplateScope?, _ body: (TemplateScope) throws(ChatTemplateError) -> Result
    ) throws(ChatTemplateError) -> Result {
        let outer = scope
        let inner = TemplateScope(inside: parent)
        scope = inner
        defer { scope = outer }
        return try body(inner)
    }

    // MARK: Output

    func emit(_ text: String) throws(ChatTemplateError) {
        buffers[buffers.count - 1] += text
        try check(size: buffers[buffers.count - 1].utf8.count)
    }

    /// The text that `body` prints, and how it ended.
    func capture(
        _ body: () throws(ChatTemplateError) -> Flow
    ) throws(ChatTemplateError) -> (text: String, flow: Flow) {
        buffers.append("")
        do {
            let flow = try body()
            return (buffers.removeLast(), flow)
        } catch {
            buffers.removeLast()
            throw error
        }
    }

    /// Notes that `text`, about to be printed, is what a `generation` block made.
    func noteGenerated(_ text: String) {
        let bytes = buffers[0].utf8
        countedScalars += bytes.dropFirst(countedBytes).count { $0 & 0xC0 != 0x80 }
        countedBytes = bytes.count
        spans.append(countedScalars..<countedScalars + text.unicodeScalars.count)
    }

    // MARK: Bounds

    /// Counts one step of evaluation, one level deeper than the last.
    func enter() throws(ChatTemplateError) {
        steps += 1
        depth += 1
        guard steps <= limits.steps else { throw ChatTemplateError(.limit("more than \(limits.steps) steps of evaluation")) }
        guard depth <= limits.evaluationDepth else {
            throw ChatTemplateError(.limit("evaluation nests deeper than \(limits.evaluationDepth) levels"))
        }
    }

    func leave() { depth -= 1 }

    func check(size bytes: Int) throws(ChatTemplateError) {
        guard bytes <= limits.outputBytes else {
            throw ChatTemplateError(.limit("a text grows beyond \(limits.outputBytes) bytes"))
        }
    }

    /// Counts the size of a value before it is built.
    func charge(bytes: Int) throws(ChatTemplateError) {
        try check(size: bytes)
        builtBytes += max(0, bytes)
        guard builtBytes <= limits.builtBytes else {
            throw ChatTemplateError(.limit("values take more than \(limits.builtBytes) bytes in all"))
        }
    }

    /// Counts the size of a value that an operation has built.
    func charged(_ value: TemplateValue) throws(ChatTemplateError) -> TemplateValue {
        switch value {
        case .string(let text): try charge(bytes: text.utf8.count)
        case .list(let elements), .tuple(let elements): try charge(bytes: elements.count * MemoryLayout<TemplateValue>.stride)
        default: break
        }
        return value
    }

    /// `text.replace(old, new, count)`, within the bounds.
    func replace(_ old: String, by new: String, in text: String, count: Int) throws(ChatTemplateError) -> String {
        let occurrences = old.isEmpty ? text.utf8.count + 1 : text.utf8.count / old.utf8.count
        let (growth, overflows) = occurrences.multipliedReportingOverflow(by: new.utf8.count)
        if overflows || text.utf8.count + growth > limits.outputBytes {
            let found = old.isEmpty ? occurrences : text.parts(at: old).count - 1
            try check(size: found.multipliedReportingOverflow(by: new.utf8.count).partialValue)
        }
        return text.replacing(old, with: new, count: count)
    }
}
