/// One file of a base that is not as it was pinned.
public struct BaseFileChange: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case added, removed, changed
    }

    public let kind: Kind
    public let path: String
    /// What about the base it changes; never empty.
    public let effects: Set<BaseChange>

    /// - Parameter effects: what its content says; by its name alone where that is not known.
    public init(kind: Kind, path: String, effects: Set<BaseChange>? = nil) {
        self.kind = kind
        self.path = path
        self.effects = effects ?? [BaseChange(ofFile: path)]
    }

    /// What the file decides, judged by its name.
    public var effect: BaseChange { BaseChange(ofFile: path) }
}

extension BaseDeclaration {
    /// How a model folder differs from the pin, sorted by path and judged by names.
    public func changes(to files: [BaseFile]) -> [BaseFileChange] { self.files.changes(to: files) }
}

extension [BaseFile] {
    func changes(to files: [BaseFile]) -> [BaseFileChange] {
        let pinned = Dictionary(map { ($0.path, $0.digest) }) { first, _ in first }
        let found = Dictionary(files.map { ($0.path, $0.digest) }) { first, _ in first }
        let paths = Set(pinned.keys).union(found.keys).sorted()
        return paths.compactMap { path in
            switch (pinned[path], found[path]) {
            case (let before?, let after?): before == after ? nil : BaseFileChange(kind: .changed, path: path)
            case (nil, _): BaseFileChange(kind: .added, path: path)
            case (_, nil): BaseFileChange(kind: .removed, path: path)
            }
        }
    }
}
