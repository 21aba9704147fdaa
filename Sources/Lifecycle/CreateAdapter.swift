import Adapters
import Foundation
import Registry

extension Workspace {
    /// Declares an adapter: writes `adapters/NAME.yaml`, which then is the person's own to change.
    ///
    /// - Throws: `RenameError` or `DeclarationError` when the name is not free, the base not pinned, or a value cannot be meant;
    ///   `PolicyShelfError.unknown`.
    public func create(_ declaration: AdapterDeclaration, workingFolder: URL) throws -> URL {
        try requireFree(declaration.name)
        _ = try registry.base(named: declaration.base.text)
        _ = try PolicyShelf(registry: layout.root, workingFolder: workingFolder).policy(of: declaration)
        try registry.declare(declaration)
        return layout.file(of: declaration.name)
    }

    /// Those that a declaration names and that are not there yet.
    public func missingFiles(of data: DeclaredData) -> [URL] {
        [data.train, data.heldOut].map(layout.resolve).filter { !FileManager.default.fileExists(atPath: $0.path) }
    }
}
