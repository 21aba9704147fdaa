import Similarity
import Training

/// What was found in a data file, row by row, before rows are held against one another.
public struct CheckedFile: Sendable {
    /// A line that is no row, or that the base cannot read.
    public struct BadLine: Sendable, Hashable {
        public let line: Int
        public let reason: DataError.Reason
    }

    /// A credential or personal data: where it stands and how long it is, never what it says.
    public struct Sighting: Sendable, Hashable {
        public let kind: SensitiveKind
        public let line: Int
        /// 1-based, in characters of the line as it is written.
        public let column: Int
        /// In bytes.
        public let length: Int
    }

    public struct OddSighting: Sendable, Hashable {
        public let kind: OddCharacter
        public let line: Int
        public let column: Int
    }

    public let path: String
    public internal(set) var rows = ExaminedRows()
    public internal(set) var badLines: [BadLine] = []
    public internal(set) var sightings: [Sighting] = []
    public internal(set) var odd: [OddSighting] = []
    /// The lines of the rows with each fault.
    public internal(set) var templateFaults: [TemplateFault: [Int]] = [:]
    public internal(set) var scripts: [WritingSystem: Int] = [:]
    public internal(set) var languages: [Language: Int] = [:]
    /// For each row the value of its group; nil without one. Empty when nobody asked.
    public internal(set) var groups: [TextKey?] = []
    /// The same for the value that rows are stratified by.
    public internal(set) var strata: [TextKey?] = []

    init(path: String) { self.path = path }

    mutating func append(contentsOf other: CheckedFile) {
        rows.append(contentsOf: other.rows)
        badLines += other.badLines
        sightings += other.sightings
        odd += other.odd
        templateFaults.merge(other.templateFaults, uniquingKeysWith: +)
        scripts.merge(other.scripts, uniquingKeysWith: +)
        languages.merge(other.languages, uniquingKeysWith: +)
        groups += other.groups
        strata += other.strata
    }

    /// Lines that hold something.
    public var lines: Int { rows.count + badLines.count }

    func bad(_ line: Int) -> DataError? {
        badLines.first { $0.line == line }.map { DataError($0.reason, file: path, line: line) }
    }
}
