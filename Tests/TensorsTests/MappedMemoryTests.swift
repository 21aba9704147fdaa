import Foundation
import TestSupport
import Testing

@testable import Tensors

/// Memory of mapped weights comes and goes as asked.
@Suite struct MappedMemoryTests {
    @Test func `released weights leave the memory, and read the same again`() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "released-\(UUID().uuidString).safetensors")
        var noise = Noise(3)
        let matrix = noise.matrix(1024, 2048)
        try SafetensorsWriter.write([NamedTensor("w", shape: [1024, 2048], floats: matrix.values, as: .bf16)], to: file)
        let tensors = try ModelTensors(folder: folder.url, file: file.lastPathComponent)
        let weight = LinearWeight.bfloat16(try tensors.brainFloats(named: "w", rows: 1024, columns: 2048))
        let before = weight.decoded()
        #expect(try MappedMemory.resident(file) >= 4096)
        weight.release()
        #expect(try MappedMemory.resident(file) <= 8)
        weight.prefetch()
        #expect(weight.decoded() == before)
    }
}
