import Adapters
import DurableFiles
import Foundation
import StrictYAML

/// A declaration under another name, everything else as it was written, comments included.
enum RenamedDeclaration {
    /// - Throws: `YAMLError` when the text with the new name would not read as before.
    static func text(of file: URL, named name: AdapterName) throws -> String {
        let declared = try AdapterDeclarationFile.read(file)
        let lines = try YAMLText.contents(of: file).split(separator: "\n", omittingEmptySubsequences: false).map {
            line -> String in
            guard line.hasPrefix("name:") else { return String(line) }
            return String(line).replacing(declared.name.text, with: name.text, maxReplacements: 1)
        }
        return lines.joined(separator: "\n")
    }
}

extension AdapterRegistry {
    /// Writes the declaration of an adapter under its new name and removes the old file. A file of the new name that says something else is
    /// somebody's own, and then both stay.
    public func renameDeclaration(of old: AdapterName, to new: AdapterName) throws {
        guard try waitsForName(old, new) else { return }
        try writingDeclarations(for: new) {
            guard try waitsForName(old, new) else { return }
            let (source, target) = (layout.file(of: old), layout.file(of: new))
            try DurableFile.write(Data(RenamedDeclaration.text(of: source, named: new).utf8), to: target)
            guard unlink(source.path) == 0 || errno == ENOENT else { throw FileError(.delete, source) }
            try DurableFile.syncFolder(layout.adapters)
        }
    }

    /// Whether the old declaration stands there still and the place of the new one is free, or holds just what would be written.
    public func waitsForName(_ old: AdapterName, _ new: AdapterName) throws -> Bool {
        let (source, target) = (layout.file(of: old), layout.file(of: new))
        guard FileManager.default.fileExists(atPath: source.path) else { return false }
        guard FileManager.default.fileExists(atPath: target.path) else { return true }
        return try YAMLText.contents(of: target) == RenamedDeclaration.text(of: source, named: new)
    }
}
