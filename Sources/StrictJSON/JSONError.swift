import Faults

/// Why a text is not the JSON we accept.
public struct JSONError: Error, Hashable {
    public enum Reason: Sendable, Hashable {
        case unexpectedEnd
        case unexpected(Character, wanted: String)
        case notUTF8
        case badNumber(String)
        case badEscape(String)
        case controlCharacter(UInt8)
        case duplicateKey(String)
        case tooDeep(limit: Int)
        case trailingText
    }

    public let reason: Reason
    /// 1-based line and column (in bytes) of the fault.
    public let line: Int
    public let column: Int
    /// The file the text came from, when it came from one.
    public var file: String?

    public init(_ reason: Reason, line: Int, column: Int, file: String? = nil) {
        self.reason = reason
        self.line = line
        self.column = column
        self.file = file
    }
}

extension JSONError: Explained {
    public var explanation: Explanation {
        Explanation(
            "This is not valid JSON: \(fault).", at: (file.map { "\($0):" } ?? "") + "\(line):\(column)",
            next: "Correct the text at that place.", kind: .integrity)
    }

    private var fault: String {
        switch reason {
        case .unexpectedEnd: "the text ends too early"
        case .unexpected(let found, let wanted): "'\(found)' stands where \(wanted) should"
        case .notUTF8: "a string is not UTF-8"
        case .badNumber(let text): "'\(text)' is not a number"
        case .badEscape(let text): "'\(text)' is not an escape"
        case .controlCharacter(let byte): "a string holds the raw control character \(byte)"
        case .duplicateKey(let key): "the key \"\(key)\" stands twice in one object"
        case .tooDeep(let limit): "values are nested deeper than \(limit) levels"
        case .trailingText: "text follows the end of the value"
        }
    }
}
