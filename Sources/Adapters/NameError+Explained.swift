import Faults

extension NameError: Explained {
    public var explanation: Explanation {
        Explanation("'\(shown)' cannot name \(article) \(kind.rawValue): \(why).", next: next, kind: .usage)
    }

    private var article: String { kind == .adapter || kind == .alias ? "an" : "a" }

    /// The text with what a terminal would act on made visible, cut to a readable length.
    private var shown: String {
        let visible = text.unicodeScalars.prefix(80).map {
            Self.isPrintable($0) ? "\($0)" : "\\u{\(String($0.value, radix: 16))}"
        }
        return visible.joined() + (text.unicodeScalars.count > 80 ? "…" : "")
    }

    /// Neither acts on a terminal nor hides, such as the marks that turn the direction of text.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
    }

    private var why: String {
        switch fault {
        case .empty: "it is empty"
        case .tooLong(let limit): "it is longer than \(limit) bytes"
        // what is seen as what it is stands for itself
        case .character(let scalar) where (0x21...0x7E).contains(scalar.value): "it holds the character '\(scalar)'"
        case .character(let scalar): "it holds the character U+\(String(scalar.value, radix: 16, uppercase: true))"
        case .ends: "it begins or ends with a sign"
        case .twoPoints: "it holds '..'"
        case .lockEnding: "it ends in '.lock'"
        case .looksLikeVersion: "it reads like a version number"
        case .form(let wanted): "\(wanted) is the form"
        }
    }

    private var next: String {
        switch fault {
        case .form(let wanted): "Write \(wanted)."
        case .character("@") where kind == .adapter:
            "Name the adapter alone, without its version: \(text.prefix { $0 != "@" })."
        case .looksLikeVersion: "Choose a word such as production."
        default: "Use letters, digits and single '.', '_' or '-' between them, such as ticket-router."
        }
    }
}
