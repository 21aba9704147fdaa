import Adapters
import Faults
import Foundation
import Registry

/// A base as somebody named it: a model folder, or the name of a registered base.
public struct BaseLocation: Sendable, Hashable {
    public let folder: URL
    /// The registered base, when it was named.
    public let declaration: BaseDeclaration?

    /// - Parameter folder: what `name` is as a path; taken when it is a folder.
    /// - Parameter workspace: opens the registry, asked only when `name` is no folder.
    /// - Throws: `BaseLocationError.neither`, or what opening the registry throws.
    public init(named name: String, folder: URL, in workspace: () throws -> Workspace) throws {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue {
            self.init(folder: folder, declaration: nil)
            return
        }
        guard !name.contains("/"), let workspace = try Workspace.ifPresent(workspace) else {
            throw BaseLocationError.neither(name)
        }
        self.init(try workspace.registry.base(named: name), in: workspace)
    }

    public init(_ declaration: BaseDeclaration, in workspace: Workspace) {
        self.init(folder: workspace.registry.layout.resolve(declaration.folder), declaration: declaration)
    }

    private init(folder: URL, declaration: BaseDeclaration?) {
        self.folder = folder
        self.declaration = declaration
    }
}

extension Workspace {
    /// Nil when there is no registry to ask; a registry that cannot be opened still says why.
    static func ifPresent(_ open: () throws -> Workspace) throws -> Workspace? {
        do {
            return try open()
        } catch RegistryError.notARegistry {
            return nil
        }
    }
}

/// Why a name leads to no base.
public enum BaseLocationError: Error, Hashable, Explained {
    case neither(String)

    public var explanation: Explanation {
        switch self {
        case .neither(let name):
            Explanation(
                "'\(name)' is neither a model folder nor a registered base.",
                next: "Give the path of a Hugging Face folder, or see `lora base list`.", kind: .usage)
        }
    }
}
