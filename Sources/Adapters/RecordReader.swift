import Digests
import Faults
import StrictJSON

/// A stored record that is not what we write.
public struct DamagedRecord: Error, Hashable {
    /// The place within the record, such as `dataset.train.rows`.
    public let key: String
    /// What should stand there, in words.
    public let wanted: String
    public var source: Source

    /// Where the record lies.
    public enum Source: String, Sendable, Hashable {
        /// A version's own file, in git or on its way there.
        case lineage = "lineage.json"
        /// What git keeps of a data set.
        case dataset = "dataset.json"
        case index = "lora.sqlite"
        /// An adapter's chain of changes in git.
        case journal
        /// What a backup says of itself.
        case backup = "backup.json"
    }

    public init(key: String, wanted: String, source: Source = .lineage) {
        self.key = key
        self.wanted = wanted
        self.source = source
    }
}

extension DamagedRecord: Explained {
    public var explanation: Explanation {
        Explanation(
            "A stored record is damaged: \(wanted) should stand there.",
            at: "\(source.rawValue):\(key)", next: source.remedy, kind: .integrity)
    }
}

extension DamagedRecord.Source {
    fileprivate var remedy: String {
        switch self {
        case .lineage: "Restore the version from a copy of the repository; the others are not affected."
        case .dataset: "Restore the data set's tag from a copy of versions.git; the versions are not affected."
        case .index: "`lora registry rebuild` makes the index again from git."
        case .backup: "Take another backup; this one is not as it was written."
        case .journal: "Restore the journal from a copy of versions.git; the versions are not affected."
        }
    }
}

/// Takes typed members out of a JSON object and remembers where it is.
struct RecordReader {
    private let object: JSONObject
    private let path: String

    init(_ value: JSONValue, at path: String = "") throws(DamagedRecord) {
        guard let object = value.objectValue else { throw DamagedRecord(key: path, wanted: "an object") }
        self.object = object
        self.path = path
    }

    func fault(_ key: String, wanted: String) -> DamagedRecord { DamagedRecord(key: place(key), wanted: wanted) }

    private func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func value(_ key: String) throws(DamagedRecord) -> JSONValue {
        guard let value = object[key] else { throw fault(key, wanted: "a value") }
        return value
    }

    func object(_ key: String) throws(DamagedRecord) -> RecordReader { try RecordReader(value(key), at: place(key)) }

    func optionalObject(_ key: String) throws(DamagedRecord) -> RecordReader? {
        guard let value = object[key], !value.isNull else { return nil }
        return try RecordReader(value, at: place(key))
    }

    func members(_ key: String) throws(DamagedRecord) -> [(String, JSONValue)] {
        guard let object = try value(key).objectValue else { throw fault(key, wanted: "an object") }
        return Array(object.members)
    }

    func text(_ key: String) throws(DamagedRecord) -> String {
        guard let text = try value(key).stringValue else { throw fault(key, wanted: "a text") }
        return text
    }

    func optionalText(_ key: String) throws(DamagedRecord) -> String? {
        guard let value = object[key], !value.isNull else { return nil }
        guard let text = value.stringValue else { throw fault(key, wanted: "a text or null") }
        return text
    }

    func optionalFlag(_ key: String) throws(DamagedRecord) -> Bool? {
        guard let value = object[key] else { return nil }
        guard case .bool(let flag) = value else { throw fault(key, wanted: "true or false") }
        return flag
    }

    func count(_ key: String) throws(DamagedRecord) -> Int {
        guard let count = try value(key).intValue, count >= 0 else { throw fault(key, wanted: "a whole number") }
        return count
    }

    func truth(_ key: String) throws(DamagedRecord) -> Bool {
        guard let truth = try value(key).boolValue else { throw fault(key, wanted: "true or false") }
        return truth
    }

    func number(_ key: String) throws(DamagedRecord) -> Double {
        guard let number = try value(key).doubleValue, number.isFinite else { throw fault(key, wanted: "a number") }
        return number
    }

    /// Each element of a list of objects.
    func list<Element>(
        _ key: String, _ read: (RecordReader) throws(DamagedRecord) -> Element
    ) throws(DamagedRecord) -> [Element] {
        guard let values = try value(key).arrayValue else { throw fault(key, wanted: "a list") }
        var elements: [Element] = []
        for (index, value) in values.enumerated() {
            elements.append(try read(RecordReader(value, at: "\(place(key))[\(index)]")))
        }
        return elements
    }

    func digest(_ key: String) throws(DamagedRecord) -> ContentDigest {
        guard let digest = ContentDigest(try text(key)) else { throw fault(key, wanted: "a SHA-256 digest") }
        return digest
    }

    func timestamp(_ key: String) throws(DamagedRecord) -> Timestamp {
        guard let time = Timestamp(try text(key)) else { throw fault(key, wanted: Timestamp.form) }
        return time
    }

    func positive(_ key: String) throws(DamagedRecord) -> Int {
        let number = try count(key)
        guard number > 0 else { throw fault(key, wanted: "a number above 0") }
        return number
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, of type: Choice.Type
    ) throws(DamagedRecord) -> Choice {
        guard let choice = Choice(rawValue: try text(key)) else {
            throw fault(key, wanted: "one of \(type.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    func commit(_ key: String) throws(DamagedRecord) -> CommitID {
        guard let commit = CommitID(try text(key)) else { throw fault(key, wanted: "a commit id") }
        return commit
    }

    func run() throws(DamagedRecord) -> RunID {
        try parse("run") { text throws(NameError) in try RunID(text) }
    }

    func version(_ key: String, of adapter: AdapterName) throws(DamagedRecord) -> VersionID {
        let version = try parse(key) { text throws(NameError) in try VersionID(text) }
        guard version.adapter == adapter else { throw fault(key, wanted: "a version of \(adapter)") }
        return version
    }

    func optionalVersion(_ key: String, of adapter: AdapterName) throws(DamagedRecord) -> VersionID? {
        try optionalText(key) == nil ? nil : try version(key, of: adapter)
    }

    /// Reads a text that stands for a value, such as a name.
    func parse<Value>(_ key: String, _ body: (String) throws(NameError) -> Value) throws(DamagedRecord) -> Value {
        let text = try text(key)
        do throws(NameError) {
            return try body(text)
        } catch {
            throw fault(key, wanted: "the name of \(error.kind.rawValue == "adapter" ? "an" : "a") \(error.kind.rawValue)")
        }
    }
}
