import Foundation
import TestSupport

/// A file made by hand, so that it can break every rule of the format.
struct RawSafetensors {
    var header: String
    var data: [UInt8] = []
    /// What the first eight bytes say; the header's true length when nil.
    var claimedLength: UInt64?

    init(_ header: String, data: [UInt8] = [], claimedLength: UInt64? = nil) {
        self.header = header
        self.data = data
        self.claimedLength = claimedLength
    }

    var bytes: Data {
        var bytes = withUnsafeBytes(of: (claimedLength ?? UInt64(header.utf8.count)).littleEndian) { Data($0) }
        bytes.append(contentsOf: header.utf8)
        bytes.append(contentsOf: data)
        return bytes
    }

    @discardableResult
    func write(_ folder: TemporaryFolder, as name: String = "model.safetensors") throws -> URL {
        let file = folder.url.appending(path: name)
        try bytes.write(to: file)
        return file
    }
}

/// Bit patterns, so that −0 differs from 0 and a NaN equals itself.
func bits(_ floats: [Float]) -> [UInt32] { floats.map(\.bitPattern) }

/// Numbers that look random and are the same in every run, in [−1, 1).
func seededFloats(_ count: Int, seed: UInt64 = 1) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int32(truncatingIfNeeded: Int64(bitPattern: state) >> 32)) / 0x1p31
    }
}
