import Llama

/// Why an adapter that was trained elsewhere cannot be taken.
public enum ForeignAdapterError: Error, Hashable {
    case noFolder(String)
    case noAdapter(folder: String)
    /// Weights of both layouts, which may differ.
    case twoLayouts(folder: String)
    case pickled(folder: String, file: String)
    /// What early releases of mlx-lm wrote.
    case numpyArchive(folder: String)
    /// A file that is larger than what it is for can be.
    case tooLarge(file: String, bytes: Int, limit: Int)
    /// Not low-rank pairs, or pairs that mean something only together with what cannot be kept.
    case otherKind(file: String, key: String, kind: String)
    /// mlx-lm multiplied by `scale · alpha / rank` once and by `scale` later; these numbers tell the two apart, and the file does not say
    /// which is meant.
    case ambiguousScale(file: String, scale: Double, alpha: Double, rank: Int)
    /// The configuration names modules in a way that leads to none of the base, or cannot be followed.
    case badTargets(file: String, AdapterError)
    /// Two tensors that are the same half of one module's pair.
    case twice(file: String, tensor: String, other: String)
    /// Half a pair, or none, where the configuration says that there is one.
    case missingHalf(file: String, tensor: String)
    /// What the folder holds of the correction and the registry cannot keep.
    case loss(folder: String, parts: [ForeignPart])
    /// The converted weights do not change the base as the folder's do.
    case changed(module: String, difference: Double, limit: Double)
    /// It was another file when it was copied.
    case replaced(file: String)
}

/// Something of a folder that does not go into the version.
public struct ForeignPart: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        case tensor, setting, file
    }

    public let kind: Kind
    public let name: String
    /// What it is, in words.
    public let what: String
    /// Whether part of the correction goes with it.
    public let isLoss: Bool

    public init(_ kind: Kind, _ name: String, _ what: String, isLoss: Bool) {
        self.kind = kind
        self.name = name
        self.what = what
        self.isLoss = isLoss
    }
}
