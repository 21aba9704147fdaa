import Foundation

/// Why a folder's weights cannot be used.
public struct ModelFolderError: Error, Hashable {
    public enum Reason: Sendable, Hashable {
        // Files.
        case unsafeName(String)
        case missingFile
        case notRegular(FileKind)
        case linkOutside(target: String)
        case noWeights
        /// Only pickled weights are there, or the index points to them.
        case pickled
        // The index of shards.
        case badIndex(key: String)
        case notInShard
        case missingShard
        case inTwoShards(other: String)
        // Tensors.
        case missingTensor(nearest: String?)
        case wrongShape(expected: [Int], found: [Int])
        case wrongDType(expected: String, found: TensorDType)
        case notFinite(index: Int)
        /// The JSON beside a 4-bit weight is malformed; how, in words.
        case badQuantState(String)
    }

    public let reason: Reason
    public let folder: String
    /// The file inside the folder, when one is at fault.
    public let file: String?
    public let tensor: String?

    public init(_ reason: Reason, folder: URL, file: String? = nil, tensor: String? = nil) {
        self.reason = reason
        self.folder = folder.path
        self.file = file
        self.tensor = tensor
    }
}
