import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Tensors

@Suite struct SafetensorsWriterTests {
    /// Files written by the safetensors library (see each folder's info.json): reading one and writing it again gives its very bytes.
    @Test(arguments: [
        "formats/mixed_dtypes", "formats/four_bit", "golden/nf4/nf4", "golden/nf4/linear4bit_state", "golden/adamw8bit/adamw8bit",
        "golden/tiny-llama/expected",
    ])
    func filesOfTheLibraryAreReproducedByteForByte(path: String) throws {
        let url = Fixture.root.appending(path: path + ".safetensors")
        let file = try SafetensorsFile(opening: url)
        let tensors = try file.entries.shuffled().map {
            NamedTensor($0.name, $0.dtype, shape: $0.shape, bytes: try file.bytes(named: $0.name))
        }
        let folder = try TemporaryFolder()
        let copy = folder.url.appending(path: "copy.safetensors")
        try SafetensorsWriter.write(tensors, metadata: file.metadata, to: copy)
        let (written, original) = (try Data(contentsOf: copy), try Data(contentsOf: url))
        #expect(written == original)
    }

    @Test func metadataIsSortedAndTensorsAreReadBack() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appending(path: "x.safetensors")
        let tensors = [
            NamedTensor("half", shape: [2], floats: [0.5, 65504], as: .f16), NamedTensor("w", shape: [2, 1], floats: [1, -2]),
        ]
        try SafetensorsWriter.write(tensors, metadata: ["z": "1", "format": "pt", "a": "\"quoted\""], to: url)
        let file = try SafetensorsFile(opening: url)
        #expect(file.metadata == ["z": "1", "format": "pt", "a": "\"quoted\""])
        #expect(file.names == ["w", "half"])
        #expect(try file.float32(named: "half") == [0.5, 65504])
        #expect(file.entry(named: "w") == TensorEntry(name: "w", dtype: .f32, shape: [2, 1], byteRange: 0..<8))
        let header = String(decoding: try Data(contentsOf: url)[8...], as: UTF8.self)
        #expect(header.hasPrefix(#"{"__metadata__":{"a":"\"quoted\"","format":"pt","z":"1"},"w":{"dtype":"F32","shape":[2,1],"#))
    }

    @Test func noDraftStaysBehind() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appending(path: "x.safetensors")
        for _ in 0..<2 { try SafetensorsWriter.write([NamedTensor("w", shape: [1], floats: [1])], to: url) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["x.safetensors"])
    }

    @Test func whatCannotBeReadBackIsNotWritten() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appending(path: "x.safetensors")
        let w = NamedTensor("w", shape: [1], floats: [1])
        #expect(throws: SafetensorsError(.duplicateName, file: url, tensor: "w")) {
            try SafetensorsWriter.write([w, w], to: url)
        }
        #expect(throws: SafetensorsError(.wrongByteCount(expected: 8, found: 4), file: url, tensor: "v")) {
            try SafetensorsWriter.write([NamedTensor("v", .f32, shape: [2], bytes: Data(count: 4))], to: url)
        }
        #expect(throws: SafetensorsError(.sizeOverflow(shape: [1 << 40, 1 << 40], .f32), file: url, tensor: "v")) {
            try SafetensorsWriter.write([NamedTensor("v", .f32, shape: [1 << 40, 1 << 40], bytes: Data())], to: url)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }
}
