import Faults

extension YAMLError: Explained {
    public var explanation: Explanation {
        Explanation(what, at: place.file == nil ? "line \(place)" : "\(place)", next: next, kind: .usage)
    }

    private var what: String {
        switch reason {
        case .unreadable(let why): "The file cannot be read: \(why)."
        case .tooLarge(let limit): "The file is larger than \(limit) bytes."
        case .tooDeep(let limit): "Sections are nested deeper than \(limit) levels."
        case .notUTF8: "The file is not UTF-8 text."
        case .syntax(let problem): "This is not valid YAML: \(problem)."
        case .empty: "The file holds nothing."
        case .severalDocuments: "The file holds more than one YAML document."
        case .anchor(let name): "Anchors and aliases are not accepted ('\(name)')."
        case .tag(let name): "Tags are not accepted ('\(name)')."
        case .mergeKey: "The merge key '<<' is not accepted."
        case .keyNotText: "A key must be a text."
        case .duplicateKey(let key): "The key '\(key)' stands twice in one section."
        case .missingKey(let key): "The key '\(key)' is missing."
        case .unknownKey(let key, _, _): "The key '\(key)' is not known here."
        case .wrongKind(let found, let wanted): "This should be \(wanted), but is \(found)."
        case .unknownChoice(let text, _, _): "'\(text)' is not one of the choices."
        }
    }

    private var next: String {
        switch reason {
        case .unreadable: "Check the path and who may read it."
        case .tooLarge, .tooDeep: "Keep only what is needed in it."
        case .notUTF8: "Save it as UTF-8."
        case .syntax: "Correct the text at that place; indent with spaces, never tabs."
        case .empty: "Write at least one key."
        case .severalDocuments: "Put each document into a file of its own."
        case .anchor, .mergeKey: "Write the values out in each place."
        case .tag: "Leave the tag away."
        case .keyNotText: "Write 'key: value'."
        case .duplicateKey: "Keep one of the two."
        case .missingKey(let key): "Add '\(key): …' to that section."
        case .unknownKey(_, let nearest, let known), .unknownChoice(_, let nearest, let known):
            remedy(nearest: nearest, known: known)
        case .wrongKind(_, let wanted): "Write \(wanted)."
        }
    }

    private func remedy(nearest: String?, known: [String]) -> String {
        if let nearest { return "Did you mean '\(nearest)'?" }
        return known.isEmpty ? "Remove it; no key is known here." : "Known: \(known.joined(separator: ", "))."
    }
}
