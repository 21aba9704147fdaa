/// Bounds on what a template may ask for; templates come with models and are not trusted.
public struct TemplateLimits: Sendable, Hashable {
    /// UTF-8 bytes of the template's source.
    public var sourceBytes = 1 << 20
    /// Nested blocks and parentheses in the source, and operators in one chain.
    public var syntaxDepth = 100
    /// Expressions and statements evaluated in one rendering.
    public var steps = 20_000_000
    /// Evaluations nested in one another, across macros and recursive loops.
    public var evaluationDepth = 400
    /// UTF-8 bytes of the text, and of any string built on the way.
    public var outputBytes = 64 << 20
    /// UTF-8 bytes of all strings and bytes of all lists built on the way.
    public var builtBytes = 512 << 20
    /// Elements of one `range()`.
    public var rangeElements = 100_000

    public init() {}

    public static let standard = TemplateLimits()
}
