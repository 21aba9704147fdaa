/// Builds the syntax tree of a template from its tokens, by recursive descent.
struct TemplateParser {
    private let tokens: [TemplateToken]
    private var position = 0
    private let limits: TemplateLimits
    private(set) var names: [String] = []
    private var places: [String: Int] = [:]
    private var depth = 0
    /// Loops around the statement at hand within the same macro; `break` needs one.
    var loopDepth = 0
    /// For each macro being read, the implicit names its body has used so far.
    var implicitNames: [[String: Int]] = []

    static func syntax(of source: String, limits: TemplateLimits) throws(ChatTemplateError) -> TemplateSyntax {
        guard source.utf8.count <= limits.sourceBytes else {
            throw ChatTemplateError(.limit("the template has more than \(limits.sourceBytes) bytes"))
        }
        var parser = TemplateParser(tokens: try TemplateLexer.tokens(of: source), limits: limits)
        let body = try parser.statements(until: [])
        return TemplateSyntax(body: body, names: parser.names, loopSymbol: parser.places["loop"])
    }

    private init(tokens: [TemplateToken], limits: TemplateLimits) {
        self.tokens = tokens
        self.limits = limits
    }

    // MARK: Tokens

    var current: TemplateToken { tokens[position] }
    var next: TemplateToken { tokens[min(position + 1, tokens.count - 1)] }

    mutating func advance() { position = min(position + 1, tokens.count - 1) }

    func isAt(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }
    func isAt(name: String) -> Bool { current.kind == .name(name) }

    mutating func take(_ symbol: String) -> Bool { take(.symbol(symbol)) }
    mutating func take(name: String) -> Bool { take(.name(name)) }

    mutating func take(_ kind: TemplateToken.Kind) -> Bool {
        guard current.kind == kind else { return false }
        advance()
        return true
    }

    mutating func expect(_ kind: TemplateToken.Kind) throws(ChatTemplateError) {
        guard take(kind) else {
            let wanted = TemplateToken(kind: kind, line: current.line).described
            throw failure("'\(wanted)' is expected, not '\(current.described)'")
        }
    }

    mutating func expect(_ symbol: String) throws(ChatTemplateError) { try expect(.symbol(symbol)) }

    mutating func expectName() throws(ChatTemplateError) -> String {
        guard case .name(let name) = current.kind else { throw failure("a name is expected, not '\(current.described)'") }
        advance()
        return name
    }

    func failure(_ message: String) -> ChatTemplateError { ChatTemplateError(.syntax(message), line: current.line) }

    // MARK: Names and bounds

    mutating func symbol(for name: String) -> Int {
        if let place = places[name] { return place }
        names.append(name)
        places[name] = names.count - 1
        return names.count - 1
    }

    /// Runs `body` one level deeper.
    mutating func nested<Result>(
        _ body: (inout TemplateParser) throws(ChatTemplateError) -> Result
    ) throws(ChatTemplateError) -> Result {
        depth += 1
        defer { depth -= 1 }
        try checkLength(depth)
        return try body(&self)
    }

    /// Refuses chains of operators or nestings beyond the limit, since evaluation would nest as deeply.
    func checkLength(_ length: Int) throws(ChatTemplateError) {
        guard length <= limits.syntaxDepth else {
            throw ChatTemplateError(
                .limit("more than \(limits.syntaxDepth) blocks, brackets or operators are nested"), line: current.line)
        }
    }

    // MARK: Bodies

    /// Statements up to a tag that starts with one of `endings`; the tag's name is the current token afterwards.
    ///
    /// With no endings, reads to the end of the template.
    mutating func statements(until endings: Set<String>) throws(ChatTemplateError) -> [TemplateStatement] {
        var statements: [TemplateStatement] = []
        while true {
            let line = current.line
            switch current.kind {
            case .end:
                guard endings.isEmpty else {
                    throw failure("the template ends where \(Self.listed(endings)) is expected")
                }
                return statements
            case .data(let text):
                advance()
                statements.append(TemplateStatement(kind: .text(text), line: line))
            case .outputBegin:
                advance()
                statements.append(TemplateStatement(kind: .output(try tupleOrExpression()), line: line))
                try expect(.outputEnd)
            default:
                try expect(.blockBegin)
                if case .name(let name) = current.kind, endings.contains(name) { return statements }
                statements += try nested { (parser) throws(ChatTemplateError) in try parser.statement() }
                try expect(.blockEnd)
            }
        }
    }

    static func listed(_ endings: Set<String>) -> String {
        endings.sorted().map { "'{% \($0) %}'" }.joined(separator: " or ")
    }

    /// The body of the tag at hand, whose closing tag is passed over up to its `%}`.
    mutating func body(until ending: String) throws(ChatTemplateError) -> [TemplateStatement] {
        let statements = try openBody(until: [ending])
        advance()
        return statements
    }

    /// The body of the tag at hand; the closing tag's name stays the current token.
    mutating func openBody(until endings: Set<String>) throws(ChatTemplateError) -> [TemplateStatement] {
        _ = take(":")
        try expect(.blockEnd)
        return try statements(until: endings)
    }
}
