import Foundation
import Llama
import Tensors

/// The tensors of a foreign adapter, sorted into halves of pairs and everything else.
struct ForeignTensors {
    let pairs: [ForeignAdapter.Pair]
    let foreign: [ForeignPart]
    let configuration: LoRAConfiguration

    /// - Throws: `ForeignAdapterError` for halves that are missing or there twice; `ModelFolderError` for shapes and types.
    init(
        _ weights: ModelTensors, layout: AdapterLayout, _ said: ForeignConfiguration, base: URL, model: ModelConfiguration
    ) throws {
        let file = weights.folder.url.appending(path: layout.weightsFile).path
        var halves: [ForeignHalf: String] = [:]
        var others: [String] = []
        let chosen = try Self.chosen(layout, said, model)
        for name in weights.names {
            guard let half = ForeignHalf(name, layout), chosen.contains(half.module) else {
                others.append(name)
                continue
            }
            if let other = halves.updateValue(name, forKey: half) {
                throw ForeignAdapterError.twice(file: file, tensor: name, other: other)
            }
        }
        let modules = layout == .peft ? chosen : Set(halves.keys.map(\.module))
        guard !modules.isEmpty else { throw AdapterError.nothingChosen(targets: said.configuration.targetModules.description) }
        let configuration = layout == .peft ? said.configuration : said.configuration.targeting(modules, of: model)
        self.configuration = configuration
        pairs = try model.linearModules.filter { modules.contains($0.path) }.map { module in
            func name(_ part: ForeignHalf.Part) throws -> String {
                guard let name = halves[ForeignHalf(module: module.path, part: part)] else {
                    throw ForeignAdapterError.missingHalf(file: file, tensor: layout.name(part, of: module.path))
                }
                return name
            }
            let rank = try configuration.rank(of: module)
            let pair = ForeignAdapter.Pair(
                module: module, rank: rank, a: try name(.a), b: try name(.b),
                scale: try said.scale ?? configuration.scale(of: module))
            try Self.check(pair, layout, weights)
            return pair
        }
        let own = try ModelTensors(folder: base)
        foreign = try others.map { name in
            let copy = try Self.isCopy(name, in: weights, of: own)
            return ForeignPart(.tensor, name, copy ? "the base's own, unchanged" : ForeignHalf.what(name, layout), isLoss: !copy)
        }
    }

    /// The paths that may have pairs.
    private static func chosen(
        _ layout: AdapterLayout, _ said: ForeignConfiguration, _ model: ModelConfiguration
    ) throws -> Set<String> {
        switch layout {
        case .peft: Set(try said.configuration.chosenModules(of: model).map(\.path))
        case .mlx:
            Set(
                model.linearModules.filter { module in
                    module.layer >= said.firstLayer && said.keys?.contains(module.slot.rawValue) ?? true
                }.map(\.path))
        }
    }

    private static func check(_ pair: ForeignAdapter.Pair, _ layout: AdapterLayout, _ weights: ModelTensors) throws {
        let (rank, module) = (pair.rank, pair.module)
        let shapes =
            switch layout {
            case .peft: (a: [rank, module.inputs], b: [module.outputs, rank])
            case .mlx: (a: [module.inputs, rank], b: [rank, module.outputs])
            }
        for (name, shape) in [(pair.a, shapes.a), (pair.b, shapes.b)] {
            try weights.check(name, shape: shape)
            try weights.checkIsFloating(name)
        }
    }

    /// Whether a tensor is the base's own, byte for byte.
    private static func isCopy(_ name: String, in weights: ModelTensors, of base: ModelTensors) throws -> Bool {
        var plain = name.hasPrefix(PEFTName.prefix) ? String(name.dropFirst(PEFTName.prefix.count)) : name
        for part in [".base_layer", ".modules_to_save.default", ".modules_to_save", ".original_module"] {
            plain = plain.replacing(part, with: "")
        }
        guard let own = base.entry(named: plain), let entry = weights.entry(named: name), own.dtype == entry.dtype,
            own.shape == entry.shape
        else { return false }
        return try base.bytes(named: plain) == weights.bytes(named: name)
    }
}

/// One half of a pair, by the path of its module.
struct ForeignHalf: Hashable {
    enum Part: Hashable { case a, b }

    let module: String
    let part: Part

    init(module: String, part: Part) {
        self.module = module
        self.part = part
    }

    /// Nil for every other tensor.
    init?(_ name: String, _ layout: AdapterLayout) {
        let endings: [(String, Part)] =
            switch layout {
            // "default" is the adapter's name, which older releases left in
            case .peft:
                [
                    (".lora_A.weight", .a), (".lora_B.weight", .b), (".lora_A.default.weight", .a),
                    (".lora_B.default.weight", .b),
                ]
            case .mlx: [(".lora_a", .a), (".lora_b", .b)]
            }
        guard let ending = endings.first(where: { name.hasSuffix($0.0) }) else { return nil }
        let path = String(name.dropLast(ending.0.count))
        let isPrefixed = layout == .peft && path.hasPrefix(PEFTName.prefix)
        self.init(module: isPrefixed ? String(path.dropFirst(PEFTName.prefix.count)) : path, part: ending.1)
    }

    /// What a tensor that is no half of a chosen pair is.
    static func what(_ name: String, _ layout: AdapterLayout) -> String {
        if let half = ForeignHalf(name, layout) {
            return "a pair for \(half.module), which the base or the configuration does not have"
        }
        if name.contains("lora_magnitude_vector") || name.hasSuffix(".m") { return "a magnitude of DoRA" }
        if name.contains("lora_embedding") { return "a correction of an embedding" }
        if name.contains("trainable_tokens") { return "trained tokens of an embedding" }
        if name.contains("modules_to_save") || name.hasSuffix(".weight") { return "a module trained whole" }
        if name.hasSuffix(".bias") { return "a trained bias" }
        return "not known"
    }
}

extension AdapterLayout {
    /// What a half of a module's pair is called.
    func name(_ part: ForeignHalf.Part, of module: String) -> String {
        switch (self, part) {
        case (.peft, .a): PEFTName.a(of: module)
        case (.peft, .b): PEFTName.b(of: module)
        case (.mlx, .a): module + ".lora_a"
        case (.mlx, .b): module + ".lora_b"
        }
    }
}

extension LoRAConfiguration {
    /// The same for exactly these modules, in the fewest words that PEFT understands: names and layers, else full paths.
    func targeting(_ modules: Set<String>, of model: ModelConfiguration) -> LoRAConfiguration {
        let chosen = model.linearModules.filter { modules.contains($0.path) }
        let (slots, layers) = (Set(chosen.map(\.slot)), Set(chosen.map(\.layer)))
        var configuration = self
        guard chosen.count == slots.count * layers.count else {
            configuration.targetModules = .names(chosen.map(\.path))
            return configuration
        }
        configuration.targetModules = .names(
            LinearSlot.allCases.filter(slots.contains).map {
                $0.rawValue.split(separator: ".").last.map(String.init) ?? $0.rawValue
            })
        configuration.layers = layers.count == model.layerCount ? nil : layers.sorted()
        return configuration
    }
}
