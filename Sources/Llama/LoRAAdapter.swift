import Tensors

/// A low-rank correction of one linear: `Y += scale · (X · Aᵀ) · Bᵀ`.
///
/// A [rank, inputs] · B [outputs, rank].
public struct LoRAPair: Sendable, Hashable {
    public let module: LinearModule
    public var a: Matrix
    public var b: Matrix
    /// α/r, or α/√r with rsLoRA, after the patterns.
    public let scale: Float

    public var rank: Int { a.rows }

    public init(module: LinearModule, a: Matrix, b: Matrix, scale: Float) {
        precondition(a.columns == module.inputs && b.rows == module.outputs && a.rows == b.columns, "a pair fits its module")
        self.module = module
        self.a = a
        self.b = b
        self.scale = scale
    }
}

/// The LoRA pairs of one adapter, in model order.
public struct LoRAAdapter: Sendable, Hashable {
    public let configuration: LoRAConfiguration
    public internal(set) var pairs: [LoRAPair]
    private let places: [Place: Int]

    private struct Place: Sendable, Hashable {
        let layer: Int
        let slot: LinearSlot
    }

    init(configuration: LoRAConfiguration, pairs: [LoRAPair]) {
        self.configuration = configuration
        self.pairs = pairs
        places = Dictionary(
            uniqueKeysWithValues: pairs.enumerated().map {
                (Place(layer: $1.module.layer, slot: $1.module.slot), $0)
            })
    }

    /// The position in `pairs` of a module's pair; nil when the module is not adapted.
    func index(of slot: LinearSlot, layer: Int) -> Int? { places[Place(layer: layer, slot: slot)] }

    public var parameterCount: Int { pairs.reduce(0) { $0 + $1.a.count + $1.b.count } }

    /// The parameters' names in PEFT's spelling, A before B, in the order `updateParameters` visits them.
    public var parameterNames: [String] {
        pairs.flatMap { [PEFTName.a(of: $0.module.path), PEFTName.b(of: $0.module.path)] }
    }

    /// Visits each parameter with its gradient in a stable order: what an optimizer's step is made of.
    public mutating func updateParameters(
        with gradients: LoRAGradients, _ update: (_ name: String, _ parameter: inout Matrix, _ gradient: Matrix) throws -> Void
    ) rethrows {
        precondition(gradients.pairs.count == pairs.count, "gradients belong to this adapter")
        for index in pairs.indices {
            let path = pairs[index].module.path
            try update(PEFTName.a(of: path), &pairs[index].a, gradients.pairs[index].a)
            try update(PEFTName.b(of: path), &pairs[index].b, gradients.pairs[index].b)
        }
    }
}

/// The tensor names of an adapter file.
public enum PEFTName {
    public static let prefix = "base_model.model."
    public static func a(of module: String) -> String { prefix + module + ".lora_A.weight" }
    public static func b(of module: String) -> String { prefix + module + ".lora_B.weight" }
}
