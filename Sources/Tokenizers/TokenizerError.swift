/// Why a tokenizer cannot be read or used.
public struct TokenizerError: Error, Hashable {
    public enum Reason: Sendable, Hashable {
        case missingFile
        case missingKey
        case wrongType(expected: String)
        case unknownComponent(kind: String, type: String, known: [String])
        case unknownValue(String, known: [String])
        case badPattern(String)
        case badCharsMap
        case badID(String)
        case duplicateToken(String)
        case duplicateID(Int)
        case badMerge(String)
        case mergeOutsideVocabulary(merge: String, missing: String)
        case unknownToken(String)
        case dropout
        case noUnknownToken(word: String)
        case textTooLong
    }

    public let reason: Reason
    /// The file the fault is in; empty when the fault is in a text to encode.
    public let file: String
    /// The place in the file, as keys and indices: "pre_tokenizer.pretokenizers[0].pattern".
    public let key: String

    public init(_ reason: Reason, file: String = "", key: String = "") {
        self.reason = reason
        self.file = file
        self.key = key
    }
}
