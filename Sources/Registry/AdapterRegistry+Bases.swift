import Adapters
import DurableFiles
import Faults
import Foundation

extension AdapterRegistry {
    public func baseNames() throws -> [BaseName] {
        try layout.declaredFiles(in: layout.bases).map { try BaseName(String($0.dropLast(".yaml".count))) }.sorted()
    }

    /// Every pinned base, by name.
    public func bases() throws -> [BaseDeclaration] {
        try baseNames().map { try BaseDeclarationFile.read(layout.file(of: $0)) }
    }

    /// - Throws: `DeclarationError.unknownBase` with the nearest name that is pinned.
    public func base(named text: String) throws -> BaseDeclaration {
        let known = try baseNames()
        guard let name = known.first(where: { $0.text == text }) else {
            throw DeclarationError.unknownBase(text, nearest: nearestName(to: text, among: known.map(\.text)))
        }
        return try BaseDeclarationFile.read(layout.file(of: name))
    }

    /// Pins a model folder as it is now and writes `bases/NAME.yaml`.
    ///
    /// The path is kept relative to the registry when the folder lies beside or within it, so that both can move together.
    ///
    /// - Throws: `DeclarationError.baseExists` when the name is taken, `.namesClash` when it is in another case.
    public func addBase(
        _ name: BaseName, folder: URL, source: String? = nil, revision: String?, follows: String? = nil
    ) throws -> BaseDeclaration {
        let known = try baseNames()
        guard !known.contains(name) else { throw DeclarationError.baseExists(name) }
        try refuseClashes(known.map(\.text) + [name.text])
        let base = BaseDeclaration(
            name: name, folder: layout.shortPath(to: folder), source: source, revision: revision, follows: follows,
            files: try BaseFolder.files(in: folder))
        try DurableFile.makeFolder(layout.bases)
        return try write(base, from: folder)
    }

    /// Pins a base anew, as its folder is now; a folder that is named moves the pin there.
    ///
    /// - Throws: `DeclarationError.unknownBase` when the name is not pinned yet.
    public func replaceBase(
        _ name: BaseName, folder: URL, source: String? = nil, revision: String?, follows: String? = nil
    ) throws -> BaseDeclaration {
        let pinned = try base(named: name.text)
        let base = BaseDeclaration(
            name: pinned.name, folder: layout.shortPath(to: folder), source: source, revision: revision, follows: follows,
            files: try BaseFolder.files(in: folder))
        return try write(base, from: folder)
    }

    private func write(_ base: BaseDeclaration, from folder: URL) throws -> BaseDeclaration {
        try PinnedContents(in: layout).keep(base, from: folder)
        try DurableFile.write(Data(base.yaml.utf8), to: layout.file(of: base.name))
        return base
    }

    /// Keeps the small files of a base that was pinned before they were kept, while its folder is as it was pinned.
    public func keepContents(of base: BaseDeclaration) throws {
        guard access == .readWrite else { return }
        try PinnedContents(in: layout).keep(base, from: layout.resolve(base.folder))
    }

    /// How a base's folder differs from its pin, or from an earlier one, judged by contents.
    ///
    /// - Parameter known: spares reading what was read before.
    /// - Parameter folder: another than that of the pin.
    public func comparison(
        of base: BaseDeclaration, since files: [BaseFile]? = nil, in folder: URL? = nil, known: FileBook? = nil
    ) throws -> BaseComparison {
        let (folder, contents) = (folder ?? layout.resolve(base.folder), PinnedContents(in: layout))
        let found = try BaseFolder.files(in: folder, needsConfig: false, known: known)
        let here = Dictionary(found.filter(\.isSmallText).map { ($0.digest, $0.path) }) { first, _ in first }
        return BaseComparison(from: files ?? base.files, to: found) { digest in
            if let kept = contents.content(of: digest) { return kept }
            return here[digest].flatMap { FileManager.default.contents(atPath: folder.appending(path: $0).path) }
        }
    }

    /// How the folder of a base differs from its pin; a folder that is gone has lost every file.
    ///
    /// - Parameter known: spares reading what was read before.
    public func changes(to base: BaseDeclaration, known: FileBook? = nil) throws -> [BaseFileChange] {
        let folder = layout.resolve(base.folder)
        guard FileManager.default.fileExists(atPath: folder.path) else { return base.changes(to: []) }
        return base.changes(to: try BaseFolder.files(in: folder, needsConfig: false, known: known))
    }

    /// What a look at the folder of a base shows.
    public func observe(_ base: BaseDeclaration, known: FileBook? = nil) -> BaseObservation {
        guard FileManager.default.fileExists(atPath: layout.resolve(base.folder).path) else { return .changed([.removed]) }
        do {
            let effects = try comparison(of: base, known: known).effects
            return effects.isEmpty ? .unchanged : .changed(effects)
        } catch {
            return .unchecked((error as? any Explained)?.explanation.what ?? "\(error)")
        }
    }
}

extension RegistryLayout {
    /// Relative to the registry, when the folder lies under the registry's own parent; else absolute.
    func shortPath(to folder: URL) -> String {
        let target = folder.standardizedFileURL.pathComponents
        let origin = root.pathComponents
        let shared = zip(target, origin).prefix { $0 == $1 }.count
        guard shared >= origin.count - 1 else { return folder.standardizedFileURL.path }
        let steps = Array(repeating: "..", count: origin.count - shared) + target[shared...]
        return steps.isEmpty ? "." : steps.joined(separator: "/")
    }
}
