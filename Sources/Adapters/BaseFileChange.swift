/// One file of a base that is not as it was pinned.
public struct BaseFileChange: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case added, removed, changed
    }

    public let kind: Kind
    public let path: String

    public init(kind: Kind, path: String) {
        self.kind = kind
        self.path = path
    }

    /// What the file decides.
    public var effect: BaseChange { BaseChange(ofFile: path) }
}

extension BaseDeclaration {
    /// How a model folder differs from the pin, sorted by path.
    public func changes(to files: [BaseFile]) -> [BaseFileChange] {
        let pinned = Dictionary(self.files.map { ($0.path, $0.digest) }) { first, _ in first }
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
