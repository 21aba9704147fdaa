import Tensors

/// How the tensors of a model are shared among files, by the names that Hugging Face's loaders know.
public struct ModelShards: Sendable {
    /// Bytes of one file, as transformers cut them for many years.
    public static let standardSize = 5_000_000_000

    public let files: [(name: String, tensors: [TensorDescription])]

    /// Tensors in their order; a new file begins where the next one would not fit. One that is larger than a file may be has its own.
    public init(_ tensors: [TensorDescription], limit: Int) {
        var shards: [[TensorDescription]] = [[]]
        var size = 0
        for tensor in tensors {
            let bytes = tensor.byteCount ?? 0
            if size + bytes > limit, size > 0 {
                shards.append([])
                size = 0
            }
            shards[shards.count - 1].append(tensor)
            size += bytes
        }
        files = shards.indices.map { (Self.fileName($0, of: shards.count), shards[$0]) }
    }

    private static func fileName(_ index: Int, of count: Int) -> String {
        func number(_ number: Int) -> String { String(repeating: "0", count: max(0, 5 - "\(number)".count)) + "\(number)" }
        return count == 1 ? ModelTensors.singleFileName : "model-\(number(index + 1))-of-\(number(count)).safetensors"
    }
}
