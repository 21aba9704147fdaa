import Foundation

extension LoRAConfiguration {
    /// The model's linears that get a pair, in model order.
    ///
    /// - Throws: `AdapterError` when a pattern is no regular expression or nothing is chosen.
    public func chosenModules(of model: ModelConfiguration) throws(AdapterError) -> [LinearModule] {
        let chosen = try targetModules.filter(model.linearModules)
        let excluded = Set(try excludedModules?.filter(chosen) ?? [])
        let left = chosen.filter { module in
            !excluded.contains(module) && (layers.map { $0.contains(module.layer) } ?? true)
        }
        guard !left.isEmpty else { throw .nothingChosen(targets: targetModules.description) }
        return left
    }

    /// The rank of a module's pair, after `rank_pattern`.
    public func rank(of module: LinearModule) throws(AdapterError) -> Int {
        try firstMatch(rankPattern, module) ?? rank
    }

    /// What multiplies a module's low-rank term: α/r, or α/√r with rsLoRA, both after the patterns.
    public func scale(of module: LinearModule) throws(AdapterError) -> Double {
        let alpha = try firstMatch(alphaPattern, module) ?? alpha
        let rank = Double(try rank(of: module))
        return alpha / (usesRSLoRA ? rank.squareRoot() : rank)
    }

    private func firstMatch<Value>(_ patterns: [ModulePattern<Value>], _ module: LinearModule) throws(AdapterError) -> Value? {
        for pattern in patterns where try ModuleExpression("(.*\\.)?(\(pattern.key))").matches(module.path) {
            return pattern.value
        }
        return nil
    }
}

extension ModuleSelection: CustomStringConvertible {
    func filter(_ modules: [LinearModule]) throws(AdapterError) -> [LinearModule] {
        switch self {
        case .allLinear: return modules
        case .names(let names):
            return modules.filter { module in
                names.contains { module.path == $0 || module.path.hasSuffix("." + $0) }
            }
        case .pattern(let pattern):
            let expression = try ModuleExpression(pattern)
            return modules.filter { expression.matches($0.path) }
        }
    }

    /// Entries of a list that choose nothing in the model.
    func idleNames(in model: ModelConfiguration) -> [String] {
        guard case .names(let names) = self else { return [] }
        let paths = model.linearModules.map(\.path)
        return names.filter { name in !paths.contains { $0 == name || $0.hasSuffix("." + name) } }
    }

    public var description: String {
        switch self {
        case .names(let names): names.joined(separator: ", ")
        case .pattern(let pattern): pattern
        case .allLinear: "all-linear"
        }
    }
}
