import Yams

/// Why a YAML text is not what we accept, and where.
public struct YAMLError: Error, Hashable {
    public enum Reason: Sendable, Hashable {
        case unreadable(String)
        case tooLarge(limit: Int)
        case tooDeep(limit: Int)
        case notUTF8
        case syntax(String)
        case empty
        case severalDocuments
        case anchor(String)
        case tag(String)
        case mergeKey
        case keyNotText
        case duplicateKey(String)
        case missingKey(String)
        case unknownKey(String, nearest: String?, known: [String])
        /// `found` and `wanted` in words.
        case wrongKind(found: String, wanted: String)
        case unknownChoice(String, nearest: String?, known: [String])
    }

    public let reason: Reason
    public let place: YAMLPlace

    public init(_ reason: Reason, at place: YAMLPlace) {
        self.reason = reason
        self.place = place
    }

    /// Errors of ours pass; those of the parser below become ours.
    init(translating error: any Error, at top: YAMLPlace) {
        func place(_ mark: Mark?) -> YAMLPlace { YAMLPlace(file: top.file, line: mark?.line ?? top.line, key: "") }
        self =
            switch error {
            case let error as YAMLError: error
            case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _):
                YAMLError(.syntax(problem), at: place(mark))
            case YamlError.composer(_, let problem, let mark, _):
                YAMLError(problem.contains("another document") ? .severalDocuments : .syntax(problem), at: place(mark))
            case YamlError.reader(let problem, _, _, _): YAMLError(.syntax(problem), at: top)
            case YamlError.duplicatedKeysInMapping(let keys, let context):
                YAMLError(.duplicateKey(keys.first ?? ""), at: top.member(keys.first ?? "", line: context.mark.line))
            default: YAMLError(.syntax("\(error)"), at: top)
            }
    }
}
