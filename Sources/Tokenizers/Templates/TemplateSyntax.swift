/// A parsed template: statements, and the names they use.
struct TemplateSyntax: Sendable {
    let body: [TemplateStatement]
    /// Every name of the source; expressions refer to names by their place here.
    let names: [String]
    /// The place of `loop` among the names; nil when the template does not use it.
    let loopSymbol: Int?
}

/// A value written in the source.
enum TemplateLiteral: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    case float(Double)
    case string(String)
}

indirect enum TemplateExpression: Sendable {
    case literal(TemplateLiteral)
    case name(Int)
    case list([TemplateExpression])
    case tuple([TemplateExpression])
    case dictionary([TemplatePair])
    case not(TemplateExpression)
    case and(TemplateExpression, TemplateExpression)
    case or(TemplateExpression, TemplateExpression)
    case sign(negative: Bool, TemplateExpression)
    case arithmetic(TemplateArithmetic, TemplateExpression, TemplateExpression)
    case concatenation([TemplateExpression])
    /// `a < b <= c`: each operand is compared with the one before it.
    case comparison(TemplateExpression, [TemplateComparand])
    case conditional(test: TemplateExpression, TemplateExpression, otherwise: TemplateExpression?)
    case attribute(TemplateExpression, String)
    case item(TemplateExpression, TemplateExpression)
    case slice(TemplateExpression, from: TemplateExpression?, to: TemplateExpression?, step: TemplateExpression?)
    case call(TemplateExpression, TemplateCallArguments)
    case filter(TemplateExpression, String, TemplateCallArguments)
    case test(TemplateExpression, String, TemplateCallArguments)
    /// The text of the block that a filter is applied to.
    case capturedText
}

struct TemplatePair: Sendable {
    let key: TemplateExpression
    let value: TemplateExpression
}

enum TemplateArithmetic: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "**"
}

enum TemplateRelation: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case contained = "in"
    case notContained = "not in"
}

struct TemplateComparand: Sendable {
    let relation: TemplateRelation
    let operand: TemplateExpression
}

/// The arguments of a call as written: `f(a, b, *rest, name=value, **others)`.
struct TemplateCallArguments: Sendable {
    var positional: [TemplateExpression] = []
    var keyword: [(name: String, value: TemplateExpression)] = []
    var unpackedList: TemplateExpression?
    var unpackedDictionary: TemplateExpression?
}

indirect enum TemplateTarget: Sendable {
    case name(Int)
    case attribute(of: Int, String)
    case tuple([TemplateTarget])
}

struct TemplateStatement: Sendable {
    let kind: Kind
    let line: Int

    indirect enum Kind: Sendable {
        case text(String)
        case output(TemplateExpression)
        case conditional([TemplateBranch], otherwise: [TemplateStatement])
        case loop(TemplateLoop)
        case assign(TemplateTarget, TemplateExpression)
        /// `{% set x %}…{% endset %}`; the filter, if any, reads `.capturedText`.
        case assignBlock(TemplateTarget, filter: TemplateExpression?, [TemplateStatement])
        case macro(TemplateMacro)
        case callBlock(TemplateExpression, TemplateCallArguments, TemplateMacro)
        case filterBlock(TemplateExpression, [TemplateStatement])
        case with([TemplateBinding], [TemplateStatement])
        case scope([TemplateStatement])
        case generation([TemplateStatement])
        case breakLoop
        case continueLoop
    }
}

struct TemplateBranch: Sendable {
    let test: TemplateExpression
    let line: Int
    let body: [TemplateStatement]
}

struct TemplateBinding: Sendable {
    let target: TemplateTarget
    let value: TemplateExpression
}

struct TemplateLoop: Sendable {
    let target: TemplateTarget
    let iterated: TemplateExpression
    let filter: TemplateExpression?
    let isRecursive: Bool
    let body: [TemplateStatement]
    let otherwise: [TemplateStatement]
}

struct TemplateMacro: Sendable {
    struct Parameter: Sendable {
        let name: String
        let symbol: Int
        let defaultValue: TemplateExpression?
    }

    /// nil for the body of a call block.
    let name: String?
    let symbol: Int?
    let parameters: [Parameter]
    let body: [TemplateStatement]
    /// Those of the implicit names `caller`, `varargs` and `kwargs` that the body uses, and their symbols.
    let implicitNames: [String: Int]
}
