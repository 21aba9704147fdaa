import Faults
import Llama

extension ForeignAdapterError: Explained {
    public var explanation: Explanation { Explanation(what, at: place, next: next, kind: kind) }

    private var kind: FaultKind {
        switch self {
        case .twice, .missingHalf, .replaced: .integrity
        case .changed: .verification
        default: .usage
        }
    }

    private var place: String {
        switch self {
        case .noFolder(let folder), .noAdapter(let folder), .twoLayouts(let folder), .loss(let folder, _): folder
        case .pickled(let folder, let file): "\(folder)/\(file)"
        case .numpyArchive(let folder): "\(folder)/adapters.npz"
        case .tooLarge(let file, _, _), .replaced(let file): file
        case .otherKind(let file, let key, _): "\(file):\(key)"
        case .badTargets(let file, _): file
        case .ambiguousScale(let file, _, _, _): "\(file):lora_parameters.scale"
        case .twice(let file, let tensor, _), .missingHalf(let file, let tensor): "\(file):\(tensor)"
        case .changed(let module, _, _): module
        }
    }

    private var what: String {
        switch self {
        case .noFolder: "There is no such folder."
        case .badTargets(_, let error): error.explanation.what
        case .noAdapter: "The folder holds no adapter: neither adapter_model.safetensors nor adapters.safetensors."
        case .twoLayouts: "The folder holds adapter_model.safetensors and adapters.safetensors; only one of them can be meant."
        case .pickled: "The weights are pickled; a pickle can run any program when it is opened, so it is never read."
        case .numpyArchive: "The weights are a NumPy archive, as early releases of mlx-lm wrote them."
        case .tooLarge(_, let bytes, let limit): "The file has \(bytes) bytes; \(limit) is the limit for what it is."
        case .otherKind(_, _, let kind): "The adapter is \(kind), of which low-rank pairs alone are not the whole."
        case .ambiguousScale(_, let scale, let alpha, let rank):
            "scale \(scale) stands beside alpha \(alpha) at rank \(rank): older releases of mlx-lm multiplied both, newer ones scale alone."
        case .twice(_, _, let other): "The tensor is the same half of a pair as '\(other)'."
        case .missingHalf: "The configuration says that there is this tensor, but there is none."
        case .loss(_, let parts): Self.list(parts)
        case .changed(_, let difference, let limit):
            "The converted weights change the base otherwise than the folder's: by \(difference) of the largest element; \(limit) is "
                + "what rounding explains."
        case .replaced: "The file was changed while it was read."
        }
    }

    /// One line for each part.
    private static func list(_ parts: [ForeignPart]) -> String {
        let shown = parts.prefix(20).map { "\n  \($0.kind.rawValue) \($0.name): \($0.what)" }.joined()
        let rest = parts.count > 20 ? "\n  and \(parts.count - 20) more" : ""
        return "Part of the correction would be lost:\(shown)\(rest)\nNothing was written."
    }

    private var next: String {
        switch self {
        case .badTargets(_, let error): error.explanation.next
        case .noFolder, .noAdapter: "Name the folder that the trainer saved the adapter to, such as its last checkpoint."
        case .twoLayouts: "Move the one that is not meant out of the folder."
        case .pickled(_, let file):
            "Convert it where you trust it: python -c \"import torch; from safetensors.torch import save_file; "
                + "save_file(torch.load('\(file)', weights_only=True), 'adapter_model.safetensors')\""
        case .numpyArchive:
            "Convert it: python -c \"import mlx.core as mx; mx.save_safetensors('adapters.safetensors', dict(mx.load('adapters.npz')))\""
        case .tooLarge: "Check that this is the file it is named for."
        case .otherKind:
            "Merge it into its base with the program that trained it, and train a plain LoRA adapter where one is needed."
        case .ambiguousScale:
            "Write into the file what the trainer multiplied by: delete 'alpha' and set 'scale' to that number."
        case .twice, .missingHalf: "Save the adapter anew with the program that trained it."
        case .loss: "`--ignore-foreign` adopts the rest and records what was left out."
        case .changed: "Please report this; it is a fault of the program."
        case .replaced: "Run the command again once nothing writes there."
        }
    }
}
