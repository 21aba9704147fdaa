/// One piece of a template's source.
struct TemplateToken: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// Text outside of all tags, already trimmed.
        case data(String)
        case outputBegin
        case outputEnd
        case blockBegin
        case blockEnd
        case name(String)
        case string(String)
        case integer(Int)
        case float(Double)
        /// An operator or bracket, spelled as in the source.
        case symbol(String)
        case end
    }

    let kind: Kind
    /// 1-based line of the source.
    let line: Int

    /// How error messages name the token.
    var described: String {
        switch kind {
        case .data: "text"
        case .outputBegin: "begin of print statement"
        case .outputEnd: "end of print statement"
        case .blockBegin: "begin of statement block"
        case .blockEnd: "end of statement block"
        case .name(let name): name
        case .string: "string"
        case .integer: "integer"
        case .float: "float"
        case .symbol(let symbol): symbol
        case .end: "end of template"
        }
    }
}
