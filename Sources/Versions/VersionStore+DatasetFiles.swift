import Adapters
import CGit2
import DurableFiles
import Foundation
import StrictJSON

/// The rows of stored data sets.
extension VersionStore {
    /// Writes the files of a data set, manifest and report among them, into a new folder, which appears whole or not at all.
    ///
    /// - Throws: `DatasetError.rowsNotKept`, `.damaged` for the first file that is not what was stored, and
    ///   `VersionError.folderExists`.
    public func checkOut(_ dataset: DatasetID, to destination: URL) throws {
        try withTree(of: dataset) { tree, _, repository in
            let manifest = try tree.manifest(of: dataset, repository)
            try Self.requireRows(manifest)
            for (name, part) in manifest.parts {
                if let fault = try tree.fault(in: name, part, repository) { throw StoredTree.BadFile(fault) }
            }
            let names = [DatasetManifest.fileName, DatasetManifest.reportFile] + manifest.parts.map(\.name.fileName)
            try Self.publishing(destination) { draft in
                try tree.write(tree.files.filter { names.contains($0.path) }, to: draft, repository)
            }
        }
    }

    /// The bytes of one of a data set's files.
    ///
    /// - Throws: as `checkOut`.
    public func contents(of split: DatasetSplit, in dataset: DatasetID) throws -> Data {
        try withTree(of: dataset) { tree, _, repository in
            let manifest = try tree.manifest(of: dataset, repository)
            try Self.requireRows(manifest)
            guard let part = manifest.parts.first(where: { $0.name == split })?.part else { return Data() }
            if let fault = try tree.fault(in: split, part, repository) { throw StoredTree.BadFile(fault) }
            guard let file = tree.file(at: split.fileName) else { return Data() }
            let data = try tree.blob(file, repository)
            guard let pointer = try tree.pointer(data, of: file.path) else { return data }
            let large = LargeFileStore(repository: folder)
            if let problem = try large.problem(of: pointer) { throw StoredTree.BadFile(file.path, problem) }
            return try FileBytes.contents(of: large.object(pointer.digest), limit: .max)
        }
    }

    /// Reads everything that a data set is made of.
    ///
    /// - Returns: what is not as it was stored, or not what the data set's name says.
    public func verify(_ dataset: DatasetID) throws -> [VersionFault] {
        do {
            return try withTree(of: dataset) { tree, _, repository in
                let manifest = try tree.manifest(of: dataset, repository)
                guard let message = try repository.tagMessage(Self.reference(of: dataset)), !message.isEmpty else {
                    throw StoredTree.BadFile(dataset.tag, .unreadable("it is no annotated tag"))
                }
                var faults = try tree.faults(repository)
                for (name, part) in manifest.parts where manifest.keepsRows {
                    guard !faults.contains(where: { $0.path == name.fileName }) else { continue }
                    faults += try tree.fault(in: name, part, repository).map { [$0] } ?? []
                }
                return faults
            }
        } catch DatasetError.damaged(dataset, let fault) {
            return [fault]
        }
    }

    /// The files of a data set that Git LFS keeps, by path.
    func largeFiles(of dataset: DatasetID) throws -> [(path: String, pointer: LargeFilePointer)] {
        try withTree(of: dataset) { tree, _, repository in try tree.largeFiles(repository) }
    }

    private static func requireRows(_ manifest: DatasetManifest) throws {
        guard manifest.keepsRows else {
            throw DatasetError.rowsNotKept(manifest.id, sources: manifest.parts.map(\.part.source))
        }
    }
}

extension StoredTree {
    /// - Throws: `BadFile` when the manifest is not what we write, or is that of another data set.
    func manifest(of dataset: DatasetID, _ repository: borrowing GitRepository) throws -> DatasetManifest {
        let json = try json(at: DatasetManifest.fileName, repository)
        do throws(DamagedRecord) {
            let manifest = try DatasetManifest(json: json)
            guard manifest.id == dataset else {
                throw DamagedRecord(key: "digest", wanted: "the digest that the tag names", source: .dataset)
            }
            return manifest
        } catch {
            throw BadFile(DatasetManifest.fileName, .unreadable("\(error.wanted) should stand at \(error.key)"))
        }
    }

    func json(at path: String, _ repository: borrowing GitRepository) throws -> JSONValue {
        guard let file = file(at: path) else { throw BadFile(path, .unreadable("it is missing")) }
        let data = try blob(file, repository)
        do throws(JSONError) {
            return try JSONValue(parsing: data)
        } catch {
            throw BadFile(path, .unreadable("it is no JSON"))
        }
    }

    /// What differs between a split's file and what the manifest says of it; of a large one its pointer is looked at.
    func fault(
        in name: DatasetSplit, _ part: DatasetManifest.Part, _ repository: borrowing GitRepository
    ) throws -> VersionFault? {
        guard let file = file(at: name.fileName) else {
            return VersionFault(path: name.fileName, problem: .unreadable("it is missing"))
        }
        let extent = try extent(of: file, repository)
        let wanted = LargeFilePointer(digest: part.split.digest, size: part.bytes)
        return LargeFileStore.problem(of: wanted, size: extent.size, digest: extent.digest)
            .map { VersionFault(path: file.path, problem: $0) }
    }
}
