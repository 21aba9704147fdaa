import Faults

extension ModelFolderError: Explained {
    public var explanation: Explanation { Explanation(what, at: place, next: next, kind: kind) }

    /// A folder that is of no kind we take was named by mistake; files that contradict each other or their format are damaged.
    private var kind: FaultKind {
        switch reason {
        case .missingFile, .notRegular, .linkOutside, .noWeights, .pickled: .usage
        default: .integrity
        }
    }

    private var place: String { folder + (file.map { "/\($0)" } ?? "") + (tensor.map { ":\($0)" } ?? "") }

    private var what: String {
        switch reason {
        case .unsafeName(let name): "'\(name)' is not the plain name of a file in this folder."
        case .missingFile: "The file is missing."
        case .missingShard: "The index says that weights are in this file, but it is missing."
        case .notRegular(let kind): "A model file must be a regular file, but this is \(kind.rawValue)."
        case .linkOutside(let target): "The file is a link that leads out of the model's folder, to \(target)."
        case .noWeights: "The folder holds neither model.safetensors nor model.safetensors.index.json."
        case .pickled: "The weights are pickled; a pickle can run any program when it is opened, so it is never read."
        case .badIndex(let key): "The index of shards is malformed at \"\(key)\"."
        case .notInShard: "The index says that this shard holds the tensor, but it does not."
        case .inTwoShards(let other): "The tensor stands in two shards, here and in \(other)."
        case .missingTensor: "The tensor is missing."
        case .wrongShape(let expected, let found): "The tensor has shape \(found), but the model needs \(expected)."
        case .wrongDType(let expected, let found): "The tensor has dtype \(found.rawValue), but \(expected) is needed here."
        case .notFinite(let index): "Element \(index) of the tensor is NaN or infinite."
        case .badQuantState(let fault): "The quantization state of this 4-bit weight is malformed: \(fault)."
        }
    }

    private var next: String {
        switch reason {
        case .unsafeName, .badIndex, .notInShard, .inTwoShards: "Download the model again; its index does not fit its shards."
        case .missingFile, .missingShard: "Download the model again, with all of its files."
        case .notRegular, .linkOutside: "Put a copy of the file into the folder."
        case .noWeights: "Name the folder of a model in Hugging Face form; its weights must be safetensors."
        case .pickled:
            "Convert them to safetensors (transformers: model.save_pretrained(folder)), or download a revision that has model.safetensors."
        case .missingTensor(let nearest?):
            "The nearest name there is '\(nearest)'; check that config.json belongs to these weights."
        case .missingTensor(nil), .wrongShape: "Check that config.json belongs to these weights, or download the model again."
        case .wrongDType: "Download the model again, or use its unquantized weights."
        case .notFinite, .badQuantState: "The weights are damaged; download the model again."
        }
    }
}
