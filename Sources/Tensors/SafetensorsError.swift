import Foundation
import StrictJSON

/// Why a file is not the safetensors we accept.
public struct SafetensorsError: Error, Hashable {
    public enum Reason: Sendable, Hashable {
        // The file.
        case notRegular(FileKind)
        case tooShort(bytes: Int)
        case headerTooLarge(bytes: UInt64, limit: Int)
        case headerBeyondFile(bytes: Int, fileBytes: Int)
        case headerNotJSON(JSONError)
        case headerNotObject
        case badMetadata(key: String)
        // One tensor's entry.
        case badName
        case badField(String)
        case unknownDType(String)
        case tooManyDimensions(Int, limit: Int)
        case sizeOverflow(shape: [Int], TensorDType)
        case reversedRange(begin: Int, end: Int)
        case sizeMismatch(expected: Int, found: Int, shape: [Int], TensorDType)
        // All tensors together.
        case hole(at: Int, until: Int)
        case overlap(with: String)
        case beyondData(end: Int, dataBytes: Int)
        case trailingData(end: Int, dataBytes: Int)
        // What the caller asked for.
        case missingTensor(nearest: String?)
        case noNumbers(TensorDType)
        // Writing.
        case duplicateName
        case wrongByteCount(expected: Int?, found: Int)
        case headerTooLargeToWrite(bytes: Int, limit: Int)
    }

    public let reason: Reason
    public let file: String
    public let tensor: String?

    public init(_ reason: Reason, file: URL, tensor: String? = nil) {
        self.reason = reason
        self.file = file.path
        self.tensor = tensor
    }
}
