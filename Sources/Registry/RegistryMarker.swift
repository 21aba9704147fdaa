import DurableFiles
import Foundation
import StrictYAML

/// `registry.yaml`: that a folder is a registry, and of which format.
enum RegistryMarker {
    static let format = 1

    static let text = """
        # This folder is a LoRA Keeper registry. Declare adapters in adapters/NAME.yaml; pin bases with `lora base add`.
        format: \(format)

        """

    /// - Throws: `RegistryError.newerFormat` when a later release wrote it, `YAMLError` when it is malformed.
    static func check(_ file: URL) throws {
        let found = try YAMLNode(contentsOf: file).section { reader in try reader.required("format", as: Int.self) }
        guard found <= format else { throw RegistryError.newerFormat(path: file.path, found: found, known: format) }
        guard found == format else { throw RegistryError.unknownFormat(path: file.path, found: found) }
    }
}

extension RegistryLayout {
    /// Lays a registry out, keeping every file that is already there.
    ///
    /// - Returns: what was created, in order.
    @discardableResult
    public static func initialize(at root: URL) throws -> [URL] {
        let layout = RegistryLayout(root: root)
        if layout.isMarked { try RegistryMarker.check(layout.marker) }
        var created: [URL] = []
        for folder in [layout.root, layout.adapters, layout.bases, layout.data]
        where !FileManager.default.fileExists(atPath: folder.path) {
            try DurableFile.makeFolder(folder)
            created.append(folder)
        }
        let files = [(layout.root.appending(path: ".gitignore"), ".state/\n"), (layout.marker, RegistryMarker.text)]
        for (file, text) in files where !FileManager.default.fileExists(atPath: file.path) {
            try DurableFile.write(Data(text.utf8), to: file)
            created.append(file)
        }
        return created
    }

    /// Makes the folders under `.state`, readable by their owner alone.
    func prepareState() throws {
        for folder in [state, staging, caches, locks] where !FileManager.default.fileExists(atPath: folder.path) {
            try DurableFile.makeFolder(folder, permissions: 0o700)
        }
    }
}
