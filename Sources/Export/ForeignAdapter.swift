import Digests
import DurableFiles
import Foundation
import Llama
import StrictJSON
import Tensors

/// An adapter as another program left it, held against a base: which tensor is which half of which pair, and what else is there.
///
/// Only its configuration and the header of its weights have been read.
public struct ForeignAdapter: Sendable {
    /// A pair by the names of its tensors.
    public struct Pair: Sendable, Hashable {
        public let module: LinearModule
        public let rank: Int
        let a: String
        let b: String
        /// What multiplies the product, as the folder says it.
        let scale: Double
    }

    /// A file of the folder as it was read.
    public struct SourceFile: Sendable, Hashable {
        public let name: String
        /// In bytes.
        public let size: Int
        public let digest: ContentDigest
    }

    public let folder: ModelFolder
    public let layout: AdapterLayout
    /// As PEFT would say it.
    public let configuration: LoRAConfiguration
    /// What the folder says of its base.
    public let namedBase: String?
    public let namedRevision: String?
    /// What is known of its training, by the names of the trainer's options.
    public let settings: JSONObject
    /// In model order.
    public let pairs: [Pair]
    /// What will be left out, one by one.
    public let foreign: [ForeignPart]
    let weights: ModelTensors
    let configurationSource: SourceFile

    /// Those whose loss changes what the adapter does.
    public var lost: [ForeignPart] { foreign.filter(\.isLoss) }
    /// Whether the weights can be taken byte for byte: their layout is ours, each name is, and nothing else is there.
    public var isVerbatim: Bool {
        layout == .peft && weights.names.count == 2 * pairs.count
            && pairs.allSatisfy { $0.a == PEFTName.a(of: $0.module.path) && $0.b == PEFTName.b(of: $0.module.path) }
    }

    /// - Parameter base: the base's folder, whose tensors tell copies of it from trained ones.
    /// - Throws: `ForeignAdapterError`, `ConfigurationError`, `AdapterError`, `JSONError`, and `ModelFolderError` or
    ///   `SafetensorsError` for weights that are not what the base needs.
    public init(reading url: URL, base: URL, model: ModelConfiguration) throws {
        let folder = ModelFolder(url)
        let layout = try AdapterLayout(of: folder)
        let (object, source) = try Self.read(folder)
        let (said, weights, sorted) = try Self.placing(url.appending(path: AdapterLayout.configurationFile)) {
            let said = try ForeignConfiguration(layout, object, for: model)
            let weights = try ModelTensors(folder: url, file: layout.weightsFile, headerLimit: Self.headerLimit)
            return (said, weights, try ForeignTensors(weights, layout: layout, said, base: base, model: model))
        }
        self.folder = folder
        self.layout = layout
        self.weights = weights
        configurationSource = source
        configuration = sorted.configuration
        namedBase = said.base
        namedRevision = said.revision
        settings = said.settings
        pairs = sorted.pairs
        foreign = said.foreign + sorted.foreign + (try Self.files(in: folder, besides: layout))
    }

    /// An adapter has two tensors for each linear; a header of more than this is not parsed.
    private static let headerLimit = 8 << 20

    /// Says of targets that cannot be meant where they stand.
    private static func placing<Value>(_ file: URL, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as AdapterError {
            throw ForeignAdapterError.badTargets(file: file.path, error)
        }
    }

    private static func read(_ folder: ModelFolder) throws -> (ForeignObject, SourceFile) {
        let file = try folder.file(named: AdapterLayout.configurationFile)
        let bytes = try FileBytes.contents(of: file, limit: ForeignObject.sizeLimit + 1)
        guard bytes.count <= ForeignObject.sizeLimit else {
            throw ForeignAdapterError.tooLarge(file: file.path, bytes: bytes.count, limit: ForeignObject.sizeLimit)
        }
        let source = SourceFile(name: AdapterLayout.configurationFile, size: bytes.count, digest: ContentDigest(of: bytes))
        return (try ForeignObject(parsing: bytes, file: file), source)
    }

    /// Everything else that lies there stays there.
    private static func files(in folder: ModelFolder, besides layout: AdapterLayout) throws -> [ForeignPart] {
        try folder.names().filter { $0 != layout.weightsFile && $0 != AdapterLayout.configurationFile }.map { name in
            ForeignPart(.file, name, ForeignFiles.what(name), isLoss: false)
        }
    }
}

/// What the files beside an adapter are, by their names.
enum ForeignFiles {
    static func what(_ name: String) -> String {
        switch name {
        case "training_args.bin": "the trainer's arguments as a pickle, never read"
        case "optimizer.pt", "scheduler.pt", "rng_state.pth", "optimizer.bin", "scaler.pt":
            "state of the trainer as a pickle, never read"
        case "trainer_state.json": "the trainer's log"
        case "README.md": "its model card"
        case DigestList.fileName: "the digests of its files"
        case _ where name.hasPrefix("checkpoint-") || name.hasSuffix("_adapters.safetensors"): "an earlier state of the adapter"
        case _ where name.contains("token") || name.contains("chat_template") || name == "vocab.json" || name == "merges.txt":
            "its tokenizer; the base's own is taken"
        case _ where [".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"].contains { name.hasSuffix($0) }: "a pickle, never read"
        default: "not part of an adapter"
        }
    }
}
