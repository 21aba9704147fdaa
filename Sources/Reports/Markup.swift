/// A piece of a page. Names of elements and attributes are written in the program; whatever comes from outside is text, and is escaped.
public indirect enum Markup: Sendable, Hashable {
    case text(String)
    case element(StaticName, [Attribute], [Markup])

    /// A name that stands in the source.
    public struct StaticName: Sendable, Hashable, ExpressibleByStringLiteral {
        let text: String
        public init(stringLiteral text: StaticString) { self.text = "\(text)" }
    }

    public struct Attribute: Sendable, Hashable {
        let name: StaticName
        let value: String

        public init(_ name: StaticName, _ value: String) { (self.name, self.value) = (name, value) }
    }

    /// Elements that have no end.
    private static let voids: Set<String> = ["meta", "br"]

    public var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .text(let words): text += Self.escaped(words)
        case .element(let name, let attributes, let children):
            text += "<\(name.text)"
            for attribute in attributes { text += " \(attribute.name.text)=\"\(Self.escaped(attribute.value))\"" }
            text += ">"
            guard !Self.voids.contains(name.text) else { return }
            for child in children { child.write(to: &text) }
            text += "</\(name.text)>"
        }
    }

    /// Characters that no page may hold are shown as U+FFFD; marks that reorder text are spelled out, so that no row can dress up as another.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{200E}", "\u{200F}", "\u{061C}":
                escaped += "[U+\(String(scalar.value, radix: 16, uppercase: true))]"
            case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension Markup {
    static func element(_ name: StaticName, _ children: [Markup]) -> Markup { .element(name, [], children) }
    static func element(_ name: StaticName, class style: StaticName, _ children: [Markup]) -> Markup {
        .element(name, [Attribute("class", style.text)], children)
    }
    static func element(_ name: StaticName, _ words: String) -> Markup { .element(name, [], [.text(words)]) }
}
