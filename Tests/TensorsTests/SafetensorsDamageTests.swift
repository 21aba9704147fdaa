import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite struct SafetensorsDamageTests {
    /// Opens a file, and when that succeeds copies every byte it promises; returns whether all had their promised size.
    private func readAll(_ url: URL) throws -> Bool {
        let file = try SafetensorsFile(opening: url)
        return try file.entries.allSatisfy { entry in
            let isWhole = try Array(file.bytes(named: entry.name)).count == entry.byteRange.count
            return try isWhole
                && (FloatType(entry.dtype) == nil || file.float32(named: entry.name).count == entry.elementCount)
        }
    }

    /// A flipped bit or a cut gives an error of the format or a file whose every tensor can be read, never a crash.
    @Test func damageIsAnErrorOrHarmless() throws {
        let original = try Data(contentsOf: Fixture.root.appending(path: "formats/mixed_dtypes.safetensors"))
        let folder = try TemporaryFolder()
        let url = folder.url.appending(path: "x.safetensors")
        var (refused, isWhole) = (0, true)
        for bit in stride(from: 0, to: original.count * 8, by: 29) {
            var damaged = original
            damaged[bit / 8] ^= 1 << (bit % 8)
            if bit % 5 == 0 { damaged = damaged.prefix(bit / 8) }
            try damaged.write(to: url)
            do { isWhole = try readAll(url) && isWhole } catch is SafetensorsError { refused += 1 }
        }
        #expect(isWhole && refused > 120)
    }

    /// A gigabyte that is not there: were it read, or copied, this test would take seconds and a gigabyte.
    @Test func openingReadsTheHeaderOnly() throws {
        let folder = try TemporaryFolder()
        let size = 1 << 30
        let url = try RawSafetensors(#"{"w":{"dtype":"F32","shape":[\#(size / 4)],"data_offsets":[0,\#(size)]}}"#).write(folder)
        let handle = try FileHandle(forWritingTo: url)
        try handle.truncate(atOffset: try handle.seekToEnd() + UInt64(size))
        try handle.close()
        let start = ContinuousClock.now
        let file = try SafetensorsFile(opening: url)
        let entry = try #require(file.entry(named: "w"))
        #expect(try file.bytes(named: "w").count == size)
        #expect(try file.float32(of: entry, elements: size / 4 - 2..<size / 4) == [0, 0])
        #expect(ContinuousClock.now - start < .milliseconds(500))
    }
}
