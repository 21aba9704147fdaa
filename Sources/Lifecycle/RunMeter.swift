import Foundation
import Llama
import StrictJSON
import Training

/// What a training took, measured by the process that did it.
public struct RunMeter: Sendable {
    private var tokens = 0
    private var seconds = 0.0

    public init() {}

    /// Adds up the steps; what a run did before it was stopped and gone on with is not among them.
    public mutating func note(_ event: TrainingEvent) {
        guard case .step(let report) = event else { return }
        tokens += report.tokens
        seconds += report.seconds
    }

    /// - Throws: `FileError` when the folder cannot be read.
    public func measurement(of folder: URL, trainedParameters: Int) throws -> RunMeasurement {
        RunMeasurement(
            trainedParameters: trainedParameters, tokens: tokens, seconds: seconds, peakMemory: ProcessMemory.peak(),
            keptBytes: try FolderSize.bytes(of: folder))
    }
}

/// The outcome of a `RunMeter`.
public struct RunMeasurement: Sendable, Hashable {
    public let trainedParameters: Int
    public let tokens: Int
    /// Of the steps alone: looks at held-out rows and checkpoints are not among them.
    public let seconds: Double
    /// The largest resident memory of the process, in bytes; nil where the system does not say.
    public let peakMemory: Int?
    /// All files of the folder that the training left.
    public let keptBytes: Int

    public var tokensPerSecond: Double? { seconds > 0 ? Double(tokens) / seconds : nil }
}

extension RunMeasurement {
    public var json: JSONValue {
        [
            "trained_parameters": .integer(trainedParameters), "tokens": .integer(tokens), "seconds": .number(seconds),
            "tokens_per_second": tokensPerSecond.map { .number($0) } ?? .null,
            "peak_memory_bytes": peakMemory.map { .integer($0) } ?? .null, "kept_bytes": .integer(keptBytes),
        ]
    }

    /// Nil unless it is what `json` writes.
    init?(_ json: JSONValue) {
        guard let trained = json["trained_parameters"]?.intValue, let tokens = json["tokens"]?.intValue,
            let seconds = json["seconds"]?.doubleValue, let kept = json["kept_bytes"]?.intValue
        else { return nil }
        self.init(
            trainedParameters: trained, tokens: tokens, seconds: seconds, peakMemory: json["peak_memory_bytes"]?.intValue,
            keptBytes: kept)
    }
}

/// What the system says of this process.
enum ProcessMemory {
    /// The largest resident memory so far, in bytes: `VmHWM`, which unlike `getrusage` begins anew with each program that is run.
    static func peak() -> Int? {
        guard let text = FileManager.default.contents(atPath: "/proc/self/status") else { return nil }
        let line = String(decoding: text, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }
}

enum FolderSize {
    static func bytes(of folder: URL) throws -> Int {
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return try files.reduce(0) { sum, file in
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending(path: file).path)
            return sum + (attributes[.type] as? FileAttributeType == .typeRegular ? attributes[.size] as? Int ?? 0 : 0)
        }
    }
}
