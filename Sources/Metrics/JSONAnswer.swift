import StrictJSON

/// Answers that should be JSON.
enum JSONAnswer {
    /// Nil where the text, white space around it apart, is not one JSON value; a key that stands twice is a fault.
    static func value(_ text: String) -> JSONValue? {
        do throws(JSONError) {
            return try JSONValue(parsing: text)
        } catch {
            return nil
        }
    }

    /// The share of fields that the answer has with the expected value: all members of the expected object unless fields are named, by
    /// dots within dots. Order of members is no difference, nor is 1 against 1.0.
    static func fieldAccuracy(predicted: String, expected: JSONValue, fields: [String]) -> Double {
        let names = fields.isEmpty ? (expected.objectValue?.keys.map { [$0] } ?? []) : fields.map(path)
        guard let answer = value(predicted) else { return 0 }
        guard !names.isEmpty else { return agree(answer, expected) ? 1 : 0 }
        let right = names.count { agree(member($0, of: answer), member($0, of: expected)) }
        return Double(right) / Double(names.count)
    }

    static func path(_ field: String) -> [String] {
        field.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }

    static func member(_ path: [String], of value: JSONValue) -> JSONValue? {
        path.reduce(value as JSONValue?) { $0?[$1] }
    }

    /// A field that is missing on both sides agrees.
    static func agree(_ one: JSONValue?, _ other: JSONValue?) -> Bool {
        switch (one, other) {
        case (.none, .none): return true
        case (.some(.array(let ours)), .some(.array(let theirs))):
            return ours.count == theirs.count && zip(ours, theirs).allSatisfy { agree($0, $1) }
        case (.some(.object(let ours)), .some(.object(let theirs))):
            return ours.keys.count == theirs.keys.count
                && ours.keys.allSatisfy { theirs[$0] != nil && agree(ours[$0], theirs[$0]) }
        case (.some(let ours), .some(let theirs)):
            if let number = ours.doubleValue, let wanted = theirs.doubleValue { return number == wanted }
            return ours == theirs
        default: return false
        }
    }
}
