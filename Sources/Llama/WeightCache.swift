import Digests
import DurableFiles
import Foundation
import Tensors

/// Bases quantized once, each in a file that is mapped and used in place. A cache: safe to delete at any time.
///
/// ```
/// nf4-1-DIGEST/weights.safetensors   every linear in bitsandbytes' layout; DIGEST is that of the base's weight files
/// nf4-1-DIGEST/seal                  SHA-256 of that file, written when it is whole
/// nf4-1-DIGEST/lock                  held while it is made
/// digests/                           of base and cache files, by their stamps
/// ```
///
/// A file without its seal, or of another digest than the seal says, is never read but made again.
public struct WeightCache: Sendable {
    /// What went wrong; a base that is quantized and kept is no news.
    public enum Notice: Sendable, Hashable {
        /// The file is not what was written and is made again.
        case refused(file: String)
        /// It cannot be written or read; the base is quantized in memory.
        case unavailable(file: String, reason: String)
        /// Another process had been making it for too long; the base is quantized in memory.
        case busy(file: String)
    }

    /// Counts changes of the layout or of what quantizing gives.
    static let format = 1

    private let folder: URL
    let notify: @Sendable (Notice) -> Void

    public init(in folder: URL, notify: @escaping @Sendable (Notice) -> Void = { _ in }) {
        self.folder = folder
        self.notify = notify
    }

    /// The digests of files, remembered.
    public var digests: DigestBook { DigestBook(in: folder.appending(path: "digests")) }

    /// The linears of a base, quantized; nil where there is no room or right to keep them. Where it gives tensors, all numbers of
    /// the base's linears and tables are finite.
    ///
    /// - Parameters:
    ///   - linears: those that are to be quantized.
    ///   - tables: the tensors that are kept as they are.
    /// - Throws: `ModelFolderError` or `SafetensorsError` when the base cannot be quantized.
    func tensors(quantizing linears: [LinearModule], tables: [String], of base: ModelTensors) throws -> ModelTensors? {
        guard !linears.isEmpty else { return nil }
        do {
            let shelf = folder.appending(path: "nf4-\(Self.format)-\(try digest(of: base).hex)")
            return try CachedBase(shelf: shelf, digests: digests, notify: notify).tensors { file in
                try Self.write(linears, tables: tables, of: base, to: file)
            }
        } catch let error as FileError {
            notify(.unavailable(file: error.path, reason: error.reason))
            return nil
        } catch let error as CocoaError {
            notify(.unavailable(file: error.filePath ?? folder.path, reason: error.localizedDescription))
            return nil
        }
    }

    /// The files that are not what was sealed, all read again.
    public func damaged() throws -> [URL] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try OpenFolder(folder).entries().filter { $0.isFolder && $0.name.hasPrefix("nf4-\(Self.format)-") }.map(\.name)
            .sorted().compactMap { try CachedBase(shelf: folder.appending(path: $0), digests: digests, notify: notify).damage() }
    }

    /// The same for a model; what its folder holds in 4 bits stays there.
    public func tensors(of configuration: ModelConfiguration, in base: ModelTensors) throws -> ModelTensors? {
        let linears = configuration.linearModules.filter { !NF4Matrix.isStored($0.weightName, in: base) }
        return try tensors(quantizing: linears, tables: LlamaModel.tableNames(configuration), of: base)
    }

    private func digest(of base: ModelTensors) throws -> ContentDigest {
        let lines = try base.locations().map { "\(try digests.digest(of: $0))\n" }
        return ContentDigest(of: Data(lines.joined().utf8))
    }

    private static func write(_ linears: [LinearModule], tables: [String], of base: ModelTensors, to file: URL) throws {
        for table in tables { try base.checkFinite(table) }
        try write(linears, to: file) { linear in
            try NF4Matrix(quantizing: linear.weightName, of: base, rows: linear.outputs, columns: linear.inputs)
        }
    }

    /// One linear after the other: no more than one stands in memory.
    static func write(_ linears: [LinearModule], to file: URL, quantized: (LinearModule) throws -> NF4Matrix) throws {
        let parts = linears.map { NF4Matrix.storedParts(of: $0.weightName, rows: $0.outputs, columns: $0.inputs) }
        var waiting: [Data] = []
        var next = linears.makeIterator()
        try SafetensorsWriter.write(parts.flatMap(\.self), to: file, keepsOrder: true) { _ in
            if waiting.isEmpty, let linear = next.next() { waiting = try quantized(linear).storedBytes() }
            return waiting.removeFirst()
        }
    }
}

extension LinearModule {
    /// The tensor of W.
    var weightName: String { path + ".weight" }
}
