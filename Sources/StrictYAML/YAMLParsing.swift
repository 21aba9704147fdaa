import Foundation
import Yams

/// How much of YAML we take.
public enum YAMLLimits {
    /// The largest text, in bytes.
    public static let size = 1 << 20
    /// The deepest nesting of sections and lists.
    public static let depth = 32
}

extension YAMLNode {
    /// Reads a text that holds one YAML document.
    ///
    /// Anchors, aliases, tags, merge keys, duplicate keys and keys that are not plain text are refused, as is whatever exceeds
    /// `YAMLLimits`. Scalars stay text: what they mean is settled by who reads them, so `no`, `0o17` and `9:30` hold no surprise.
    public init(parsing text: String, file: String? = nil) throws(YAMLError) {
        let top = YAMLPlace(file: file, line: 1, key: "")
        guard text.utf8.count <= YAMLLimits.size else { throw YAMLError(.tooLarge(limit: YAMLLimits.size), at: top) }
        // An alias repeats what its anchor names, and repeated repetition grows without bound. Reading first a copy in which
        // every possible alias is plain text (a character for private use, which no key holds) shows the anchors, and they are
        // refused before anything is repeated.
        if text.utf8.contains(UInt8(ascii: "&")), text.utf8.contains(UInt8(ascii: "*")) {
            _ = try compose(text.replacing("*", with: "\u{E000}"), top)
        }
        self = try compose(text, top)
    }

    /// Reads a regular file; every error names it.
    public init(contentsOf file: URL) throws(YAMLError) {
        try self.init(parsing: YAMLText.contents(of: file), file: file.relativePath)
    }
}

private func compose(_ text: String, _ top: YAMLPlace) throws(YAMLError) -> YAMLNode {
    let outcome = Result { () throws -> YAMLNode in
        let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
        // Nodes hold their anchors weakly; the parser keeps them alive.
        return try withExtendedLifetime(parser) {
            guard let root = try parser.singleRoot() else { throw YAMLError(.empty, at: top) }
            return try YAMLNode(root, at: top, depth: 0)
        }
    }
    do { return try outcome.get() } catch { throw YAMLError(translating: error, at: top) }
}

extension YAMLNode {
    fileprivate init(_ node: Node, at place: YAMLPlace, depth: Int) throws(YAMLError) {
        let place = YAMLPlace(file: place.file, line: node.mark?.line ?? place.line, key: place.key)
        guard depth <= YAMLLimits.depth else { throw YAMLError(.tooDeep(limit: YAMLLimits.depth), at: place) }
        if let anchor = node.anchor { throw YAMLError(.anchor(anchor.rawValue), at: place) }
        self.place = place
        switch node {
        case .scalar(let scalar): content = try Self.content(of: scalar, at: place)
        case .sequence(let sequence):
            try refuseTag(sequence.tag, at: place)
            var elements: [YAMLNode] = []
            for (index, element) in sequence.enumerated() {
                elements.append(try YAMLNode(element, at: place.element(index, line: place.line), depth: depth + 1))
            }
            content = .sequence(elements)
        case .mapping(let mapping):
            try refuseTag(mapping.tag, at: place)
            var members: [YAMLMember] = []
            for (key, value) in mapping { members.append(try YAMLMember(key, value, in: place, depth: depth)) }
            content = .mapping(members)
        case .alias(let alias): throw YAMLError(.anchor(alias.anchor.rawValue), at: place)
        }
    }

    private static func content(of scalar: Node.Scalar, at place: YAMLPlace) throws(YAMLError) -> Content {
        let isPlain = scalar.style == .plain
        // A quoted scalar carries the tag of text even when none was written.
        if isPlain || scalar.tag.description != "tag:yaml.org,2002:str" { try refuseTag(scalar.tag, at: place) }
        return .scalar(scalar.string, isQuoted: !isPlain)
    }
}

private func refuseTag(_ tag: Tag, at place: YAMLPlace) throws(YAMLError) {
    guard tag.description.isEmpty else { throw YAMLError(.tag(tag.description), at: place) }
}

extension YAMLMember {
    fileprivate init(_ key: Node, _ value: Node, in place: YAMLPlace, depth: Int) throws(YAMLError) {
        let line = key.mark?.line ?? place.line
        guard let scalar = key.scalar, !scalar.string.isEmpty else {
            throw YAMLError(.keyNotText, at: YAMLPlace(file: place.file, line: line, key: place.key))
        }
        self.key = scalar.string
        self.place = place.member(scalar.string, line: line)
        if let anchor = key.anchor { throw YAMLError(.anchor(anchor.rawValue), at: self.place) }
        if scalar.string == "<<" { throw YAMLError(.mergeKey, at: self.place) }
        self.value = try YAMLNode(value, at: self.place, depth: depth + 1)
    }
}
