/// The language of manual pages: requests at the beginning of lines, `\` before what is special.
enum Roff {
    /// Text as roff prints it unchanged: neither `\` nor a hyphen nor a quote is turned into another character, no line is a request.
    static func text(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(line).joined(separator: "\n")
    }

    private static func line(_ line: Substring) -> String {
        let escaped = line.unicodeScalars.map(escaped).joined()
        return escaped.hasPrefix(".") ? "\\&" + escaped : escaped
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\\": "\\e"
        case "-": "\\-"
        case "'": "\\(aq"
        case "`": "\\(ga"
        case "^": "\\(ha"
        case "~": "\\(ti"
        case "\t": " "
        case _ where scalar.isASCII: String(scalar)
        // at least four digits, by what roff asks
        default: "\\[u" + String(repeating: "0", count: max(0, 4 - hex(scalar).count)) + hex(scalar) + "]"
        }
    }

    private static func hex(_ scalar: Unicode.Scalar) -> String { String(scalar.value, radix: 16, uppercase: true) }

    /// Text in bold.
    static func bold(_ text: String) -> String { "\\fB\(self.text(text))\\fR" }

    /// Text in italics: what stands for something else.
    static func italic(_ text: String) -> String { "\\fI\(self.text(text))\\fR" }

    /// A term with what it means beneath.
    static func entry(_ term: String, _ meaning: String) -> String { ".TP\n\(term)\n\(meaning)\n" }

    /// Lines that stay as they are.
    static func verbatim(_ text: String) -> String { ".RS 2\n.nf\n\(self.text(text))\n.fi\n.RE\n" }
}
