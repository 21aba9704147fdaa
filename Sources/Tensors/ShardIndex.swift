import Foundation
import StrictJSON

/// `model.safetensors.index.json`: which shard holds which tensor.
struct ShardIndex {
    static let fileName = "model.safetensors.index.json"

    /// Tensor names and their shards, in the order of the file.
    let shardOfTensor: [(tensor: String, shard: String)]
    /// Each shard once, in the order of its first mention.
    let shards: [String]

    /// - Throws: `JSONError` for malformed text, `ModelFolderError` for names that are not plain or lead to pickles.
    init(in folder: ModelFolder) throws {
        let json = try JSONValue(contentsOf: try folder.file(named: Self.fileName))
        guard let map = json["weight_map"]?.objectValue else {
            throw ModelFolderError(.badIndex(key: "weight_map"), folder: folder.url, file: Self.fileName)
        }
        var pairs: [(tensor: String, shard: String)] = []
        var shards: [String] = []
        var seen: Set<ByteText> = []
        for (tensor, value) in map.members {
            guard let shard = value.stringValue else {
                throw ModelFolderError(.badIndex(key: tensor), folder: folder.url, file: Self.fileName)
            }
            if seen.insert(ByteText(shard)).inserted {
                try Self.check(shard, in: folder)
                shards.append(shard)
            }
            pairs.append((tensor, shard))
        }
        shardOfTensor = pairs
        self.shards = shards
    }

    private static func check(_ shard: String, in folder: ModelFolder) throws(ModelFolderError) {
        guard ModelFolder.isPlain(shard) else { throw ModelFolderError(.unsafeName(shard), folder: folder.url, file: fileName) }
        guard !PickledWeights.isPickle(shard) else { throw ModelFolderError(.pickled, folder: folder.url, file: shard) }
    }
}

/// Weight files that only Python's pickle can read.
enum PickledWeights {
    private static let endings = [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"]

    static func isPickle(_ name: String) -> Bool { endings.contains { name.lowercased().hasSuffix($0) } }

    /// The pickle that stands in for the weights, if there is one; `training_args.bin` and its like do not count.
    static func first(in names: [String]) -> String? {
        let weights = names.filter {
            isPickle($0) && !["training_args.bin", "optimizer.pt", "scheduler.pt", "rng_state.pth"].contains($0)
        }
        return weights.first { $0.contains("model") } ?? weights.first
    }
}
