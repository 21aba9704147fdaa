import Faults
import Foundation
import StrictJSON

/// All tensors of a model folder, in one file or in shards; nothing is read before it is asked for.
public final class ModelTensors: Sendable {
    public static let singleFileName = "model.safetensors"

    public let folder: ModelFolder
    /// Tensors that a shard holds although the index does not list them; they cannot be asked for.
    public let unlisted: [String]
    private let files: [(name: String, file: SafetensorsFile)]
    /// Which file holds a tensor.
    private let places: [ByteText: Int]

    /// Opens `model.safetensors` or, when that is absent, the shards of `model.safetensors.index.json`.
    ///
    /// - Throws: `ModelFolderError`, `SafetensorsError`, `JSONError` or `FileError`.
    public convenience init(folder url: URL) throws {
        let folder = ModelFolder(url)
        if folder.contains(Self.singleFileName) {
            try self.init(folder, file: Self.singleFileName)
        } else if folder.contains(ShardIndex.fileName) {
            try self.init(folder, index: try ShardIndex(in: folder))
        } else if let pickle = PickledWeights.first(in: try folder.names()) {
            throw ModelFolderError(.pickled, folder: url, file: pickle)
        } else {
            throw ModelFolderError(.noWeights, folder: url)
        }
    }

    /// One file of the folder, such as `adapter_model.safetensors`.
    public convenience init(folder url: URL, file name: String, headerLimit: Int = SafetensorsFile.headerLimit) throws {
        try self.init(ModelFolder(url), file: name, headerLimit: headerLimit)
    }

    private init(_ folder: ModelFolder, file name: String, headerLimit: Int = SafetensorsFile.headerLimit) throws {
        let file = try SafetensorsFile(opening: try folder.file(named: name), headerLimit: headerLimit)
        self.folder = folder
        files = [(name, file)]
        places = Dictionary(uniqueKeysWithValues: file.names.map { (ByteText($0), 0) })
        unlisted = []
    }

    private init(_ folder: ModelFolder, index: ShardIndex) throws {
        let files = try index.shards.map { name in
            guard folder.contains(name) else { throw ModelFolderError(.missingShard, folder: folder.url, file: name) }
            return (name, try SafetensorsFile(opening: try folder.file(named: name)))
        }
        let places = try Self.owners(files, folder)
        var listed: [ByteText: Int] = [:]
        for (tensor, shard) in index.shardOfTensor {
            guard let place = places[ByteText(tensor)], files[place].0 == shard else {
                throw ModelFolderError(.notInShard, folder: folder.url, file: shard, tensor: tensor)
            }
            listed[ByteText(tensor)] = place
        }
        self.folder = folder
        self.files = files
        self.places = listed
        unlisted = places.keys.filter { listed[$0] == nil }.map(\.string).sorted()
    }

    private static func owners(
        _ files: [(String, SafetensorsFile)], _ folder: ModelFolder
    ) throws(ModelFolderError) -> [ByteText: Int] {
        var owners: [ByteText: Int] = [:]
        for (index, (name, file)) in files.enumerated() {
            for tensor in file.names {
                if let other = owners.updateValue(index, forKey: ByteText(tensor)) {
                    throw ModelFolderError(.inTwoShards(other: files[other].0), folder: folder.url, file: name, tensor: tensor)
                }
            }
        }
        return owners
    }

    /// Sorted by their bytes.
    public var names: [String] {
        places.keys.map(\.string).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    public func contains(_ name: String) -> Bool { places[ByteText(name)] != nil }

    public func entry(named name: String) -> TensorEntry? { place(of: name)?.file.entry(named: name) }

    /// The names of the weight files, in the order of the index.
    public var fileNames: [String] { files.map(\.name) }

    /// The tensors of one of the files, in the order of their bytes.
    public func entries(inFile name: String) -> [TensorEntry] {
        files.first { $0.name == name }?.file.entries.filter { contains($0.name) } ?? []
    }

    /// The metadata of the first file.
    public var metadata: [String: String] { files.first?.file.metadata ?? [:] }

    /// The whole tensor as float32, checked against the shape the model needs.
    ///
    /// - Parameter shape: Nil takes the shape of the file.
    public func float32(named name: String, shape: [Int]?) throws -> [Float] {
        let (file, entry) = try required(name, shape: shape)
        return try file.float32(of: entry, elements: 0..<entry.elementCount)
    }

    /// The matrix [rows, columns] as float32, written once, straight from the file.
    public func matrix(named name: String, rows: Int, columns: Int) throws -> Matrix {
        let (file, entry) = try required(name, shape: [rows, columns])
        var matrix = Matrix(undefinedRows: rows, columns: columns)
        try file.read(
            entry, elements: 0..<matrix.count,
            into: UnsafeMutableBufferPointer(start: matrix.mutablePointer(), count: matrix.count))
        file.release(entry)
        return matrix
    }

    /// The matrix [rows, columns] as brain floats: as it lies in the file where that holds brain floats, else rounded piece by piece.
    ///
    /// - Parameter isKnownFinite: spares the look at every element.
    /// - Throws: `ModelFolderError` when an element is not finite.
    public func brainFloats(
        named name: String, rows: Int, columns: Int, isKnownFinite: Bool = false
    ) throws -> BrainFloatMatrix {
        let (file, entry) = try required(name, shape: [rows, columns])
        if !isKnownFinite { try checkFinite(name) }
        if let mapped = file.brainFloats(of: entry, rows: rows, columns: columns) { return mapped }
        var matrix = BrainFloatMatrix(undefinedRows: rows, columns: columns)
        let step = max(1, (1 << 20) / max(1, columns))
        for start in stride(from: 0, to: rows, by: step) {
            let part = start..<min(rows, start + step)
            let floats = try file.float32(of: entry, elements: part.lowerBound * columns..<part.upperBound * columns)
            matrix.setRows(from: start, BrainFloatMatrix(rounding: floats, rows: part.count, columns: columns))
        }
        file.release(entry)
        return matrix
    }

    /// Whether `brainFloats` would give a matrix where it lies in the file.
    public func mapsBrainFloats(named name: String, rows: Int, columns: Int) throws(ModelFolderError) -> Bool {
        let (file, entry) = try required(name, shape: [rows, columns])
        return file.brainFloats(of: entry, rows: rows, columns: columns) != nil
    }

    /// Some rows of a matrix [rows, columns] as float32; only those rows are read.
    public func float32(named name: String, rows: Range<Int>, shape: [Int]) throws -> [Float] {
        let (file, entry) = try required(name, shape: shape)
        precondition(shape.count == 2 && rows.lowerBound >= 0 && rows.upperBound <= shape[0], "rows outside the matrix")
        return try file.float32(of: entry, elements: rows.lowerBound * shape[1]..<rows.upperBound * shape[1])
    }

    /// The tensor's bytes as they lie in the file, without a copy.
    public func bytes(named name: String) throws -> Data {
        let (file, entry) = try required(name)
        return file.data(of: entry)
    }

    /// The bytes of a tensor that must have this type and shape.
    public func bytes(named name: String, dtype: TensorDType, shape: [Int]) throws -> Data {
        let (file, entry) = try required(name, shape: shape)
        guard entry.dtype == dtype else { throw failure(.wrongDType(expected: dtype.rawValue, found: entry.dtype), name) }
        return file.data(of: entry)
    }

    /// Throws unless the tensor is there in this shape.
    public func check(_ name: String, shape: [Int]) throws(ModelFolderError) { _ = try required(name, shape: shape) }

    /// Throws unless the tensor is made of floating-point numbers that can be read.
    public func checkIsFloating(_ name: String) throws(ModelFolderError) {
        let (_, entry) = try required(name)
        guard FloatType(entry.dtype) == nil else { return }
        throw failure(
            .wrongDType(expected: FloatType.allCases.map(\.rawValue).joined(separator: " or "), found: entry.dtype), name)
    }

    /// Throws unless every number of the tensor is finite.
    public func checkFinite(_ name: String) throws {
        let (file, entry) = try required(name)
        let step = 1 << 20
        for start in stride(from: 0, to: entry.elementCount, by: step) {
            let floats = try file.float32(of: entry, elements: start..<min(start + step, entry.elementCount))
            if let index = firstNonFinite(in: floats) { throw failure(.notFinite(index: start + index), name) }
        }
        file.release(entry)
    }

    /// Gives back the memory of the pages that a tensor was read from; touching it again reads it again.
    public func release(_ name: String) throws(ModelFolderError) {
        let (file, entry) = try required(name)
        file.release(entry)
    }

    /// The same for a tensor that may not be there.
    public func releasePages(of name: String) {
        if let place = place(of: name), let entry = place.file.entry(named: name) { place.file.release(entry) }
    }

    /// Where a tensor lies.
    func pages(of name: String) throws(ModelFolderError) -> MappedRange {
        let (file, entry) = try required(name)
        return file.pages(of: entry)
    }

    /// Where the weight files really lie, in the order of the index.
    public func locations() throws(ModelFolderError) -> [URL] {
        var locations: [URL] = []
        for name in fileNames { locations.append(try folder.file(named: name)) }
        return locations
    }

    /// An error about one tensor that names the file which holds it.
    func failure(_ reason: ModelFolderError.Reason, _ name: String) -> ModelFolderError {
        ModelFolderError(reason, folder: folder.url, file: place(of: name)?.name ?? fileNames.first, tensor: name)
    }

    func required(_ name: String, shape: [Int]? = nil) throws(ModelFolderError) -> (SafetensorsFile, TensorEntry) {
        guard let place = place(of: name), let entry = place.file.entry(named: name) else {
            throw failure(.missingTensor(nearest: nearestName(to: name, among: names)), name)
        }
        if let shape, entry.shape != shape { throw failure(.wrongShape(expected: shape, found: entry.shape), name) }
        return (place.file, entry)
    }

    private func place(of name: String) -> (name: String, file: SafetensorsFile)? { places[ByteText(name)].map { files[$0] } }
}
