import Adapters
import DurableFiles
import Foundation
import StrictYAML

extension AdapterRegistry {
    /// Lets the declaration of an adapter name another base; everything else stays as it was written, comments included.
    ///
    /// - Throws: `DeclarationError.badValue` when the line that names the base cannot be found as a person writes it.
    public func rebase(_ adapter: AdapterName, from old: BaseName, to new: BaseName) throws {
        try writingDeclarations(for: adapter) {
            let file = layout.file(of: adapter)
            guard try AdapterDeclarationFile.read(file).base != new else { return }
            let lines = try YAMLText.contents(of: file).split(separator: "\n", omittingEmptySubsequences: false).map { line in
                line.hasPrefix("base:")
                    ? "base:" + String(line.dropFirst(5)).replacing(old.text, with: new.text, maxReplacements: 1) : String(line)
            }
            let text = lines.joined(separator: "\n")
            guard names(new, text, as: file) else {
                throw DeclarationError.badValue(
                    place: file.path, what: "The line that names the base '\(old)' is not where it is expected.",
                    next: "Write 'base: \(new)' there yourself; the version on it is admitted.")
            }
            try DurableFile.write(Data(text.utf8), to: file)
        }
    }

    private func names(_ base: BaseName, _ text: String, as file: URL) -> Bool {
        do {
            return try AdapterDeclarationFile.read(text, as: file).base == base
        } catch {
            return false
        }
    }
}
