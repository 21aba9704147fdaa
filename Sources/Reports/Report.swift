/// A page of findings: sections of paragraphs, tables, verdicts and charts, with nothing that has to be loaded.
public struct Report: Sendable, Hashable {
    public struct Section: Sendable, Hashable {
        public let title: String
        public let blocks: [Block]

        public init(_ title: String, _ blocks: [Block]) { (self.title, self.blocks) = (title, blocks) }
    }

    public enum Block: Sendable, Hashable {
        case paragraph(String)
        /// What is measured or known, by name.
        case facts([Fact])
        case table(Table)
        case findings([Finding])
        case chart(Chart)
        /// Shown when it is asked for.
        case folded(String, [Block])
    }

    public struct Fact: Sendable, Hashable {
        public let name: String
        public let value: String

        public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    public struct Table: Sendable, Hashable {
        public let header: [String]
        public let rows: [[String]]
        /// Columns that are aligned by their ends.
        public let numeric: Set<Int>
        public let caption: String?

        public init(_ header: [String], _ rows: [[String]], numeric: Set<Int> = [], caption: String? = nil) {
            (self.header, self.rows, self.numeric, self.caption) = (header, rows, numeric, caption)
        }
    }

    /// One rule of a verdict.
    public struct Finding: Sendable, Hashable {
        public enum Mark: String, Sendable, Hashable {
            case passed = "✓"
            case failed = "✗"
            case open = "?"
        }

        public let mark: Mark
        public let words: String
        /// What would turn it.
        public let remark: String?

        public init(_ mark: Mark, _ words: String, remark: String? = nil) {
            (self.mark, self.words, self.remark) = (mark, words, remark)
        }
    }

    public let title: String
    public let subtitle: String
    public let sections: [Section]
    /// Who made it, and when.
    public let origin: String

    public init(title: String, subtitle: String, sections: [Section], origin: String) {
        (self.title, self.subtitle, self.sections, self.origin) = (title, subtitle, sections, origin)
    }
}
