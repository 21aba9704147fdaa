import Adapters
import Digests
import DurableFiles
import Foundation

/// The files of a model folder that a pin holds.
///
/// Those at the top of the folder, and the templates under `additional_chat_templates`, whose ending or name says that they belong to
/// the model; not what lies beside it, such as `original/` or pickled weights, which are never read.
public enum BaseFolder {
    private static let endings: Set<String> = ["json", "safetensors", "jinja", "model", "txt", "md"]
    private static let names = ["LICENSE", "LICENCE", "NOTICE", "USE_POLICY", "COPYING"]

    /// Hashes the files of a model folder; links are followed, since a download cache is made of them.
    ///
    /// - Parameter known: spares reading what was read before.
    /// - Throws: `DeclarationError.noModel` without a `config.json` (unless that is not asked for), `.notAFile` for a name of the
    ///   model that is no file.
    public static func files(in folder: URL, needsConfig: Bool = true, known: FileBook? = nil) throws -> [BaseFile] {
        let paths = try relevantPaths(in: folder)
        guard !needsConfig || paths.contains("config.json") else { throw DeclarationError.noModel(path: folder.path) }
        return try paths.map { path in try file(path, in: folder, known) }
    }

    /// Files larger than this are not read for a quick look unless they were read before.
    private static let quickSize = 8_000_000

    /// As `files`, but a large file is taken for the pinned one when it has its size, and for another when it has not.
    static func quickFiles(in folder: URL, like pinned: [BaseFile], known: FileBook) throws -> [BaseFile] {
        let before = Dictionary(pinned.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        return try relevantPaths(in: folder).map { path in
            let place = folder.appending(path: path)
            let size = try FileStamp(of: place).size
            guard let pin = before[path], size > quickSize, try !known.knows(place) else {
                return try file(path, in: folder, known)
            }
            return pin.size == size ? pin : BaseFile(path: path, size: size, digest: ContentDigest(of: Data()))
        }
    }

    private static func file(_ path: String, in folder: URL, _ known: FileBook?) throws -> BaseFile {
        let file = folder.appending(path: path)
        var status = stat()
        guard stat(file.path, &status) == 0 else { throw FileError(.open, file) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw DeclarationError.notAFile(path: file.path) }
        return BaseFile(path: path, size: Int(status.st_size), digest: try known?.digest(of: file) ?? ContentDigest(ofFile: file))
    }

    private static func relevantPaths(in folder: URL) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) else {
            throw FileError(.open, folder, code: ENOENT)
        }
        guard isFolder.boolValue else { throw DeclarationError.noModel(path: folder.path) }
        let templates = "additional_chat_templates"
        let top = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let below =
            top.contains(templates)
            ? try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: templates).path) : []
        return (top.filter(isRelevant) + below.filter { $0.hasSuffix(".jinja") }.map { "\(templates)/\($0)" }).sorted()
    }

    private static func isRelevant(_ name: String) -> Bool {
        guard !name.hasPrefix(".") else { return false }
        let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
        return endings.contains(ending) || names.contains { name.uppercased().hasPrefix($0) }
    }
}
