import Faults
import Randomness
import Tensors

extension LoRAAdapter {
    /// An adapter that changes nothing yet: A uniform in ±1/√inputs, B zero.
    ///
    /// Each A depends on the seed and its module's path alone, so that adding a target leaves the others as they were.
    /// - Throws: `AdapterError` when a number is out of range or a target module is not in the model.
    public init(fresh configuration: LoRAConfiguration, for model: ModelConfiguration, seed: UInt64) throws(AdapterError) {
        try configuration.check()
        let idle = configuration.targetModules.idleNames(in: model)
        guard idle.isEmpty else {
            let names = LinearSlot.allCases.map { $0.rawValue.split(separator: ".").last.map(String.init) ?? $0.rawValue }
            throw .unknownTargets(idle, nearest: idle.first.flatMap { nearestName(to: $0, among: names) })
        }
        var pairs: [LoRAPair] = []
        for module in try configuration.chosenModules(of: model) {
            let rank = try configuration.rank(of: module)
            pairs.append(
                LoRAPair(
                    module: module, a: Self.uniform(rank: rank, module, seed: seed),
                    b: Matrix(rows: module.outputs, columns: rank), scale: Float(try configuration.scale(of: module))))
        }
        self.init(configuration: configuration, pairs: pairs)
    }

    /// Kaiming-uniform with a = √5, as PEFT draws it: uniform in ±1/√inputs.
    private static func uniform(rank: Int, _ module: LinearModule, seed: UInt64) -> Matrix {
        let bound = 1 / Double(module.inputs).squareRoot()
        var random = SplitMix64(seed: StableHash.of([seed], module.path))
        let values = (0..<rank * module.inputs).map { _ in Float((2 * random.unit() - 1) * bound) }
        return Matrix(rows: rank, columns: module.inputs, values: values)
    }
}

extension LoRAConfiguration {
    /// Throws unless every number can be meant.
    func check() throws(AdapterError) {
        if let bad = badNumber { throw .badNumber(key: bad.key, found: bad.found, allowed: bad.allowed) }
    }

    /// The first number that cannot be meant.
    public var badNumber: (key: String, found: String, allowed: String)? {
        let ranks = [rank] + rankPattern.map(\.value)
        if let bad = ranks.first(where: { $0 < 1 || $0 > 4096 }) { return ("r", "\(bad)", "from 1 to 4096") }
        let alphas = [alpha] + alphaPattern.map(\.value)
        if let bad = alphas.first(where: { !$0.isFinite || $0 <= 0 }) { return ("lora_alpha", "\(bad)", "above 0") }
        return dropout >= 0 && dropout < 1 ? nil : ("lora_dropout", "\(dropout)", "from 0 to below 1")
    }
}
