import Foundation

extension RotaryConfiguration {
    static let supportedTypes = ["default", "linear", "llama3", "yarn", "dynamic"]

    /// A `rope_scaling` that is not null stands in for `rope_parameters`; a theta inside beats the one at top level.
    init(_ reader: ConfigurationReader, headSize: Int, maximumPositions: Int, defaultTheta: Double) throws {
        let fields = try reader.nested("rope_scaling") ?? reader.nested("rope_parameters")
        let share = try fields?.double("partial_rotary_factor", above: 0) ?? reader.double("partial_rotary_factor", above: 0) ?? 1
        // an odd count is rounded up to whole pairs
        let rotated = (Int(Double(headSize) * share) + 1) / 2 * 2
        guard rotated <= headSize else {
            let text = "A head of \(headSize) dimensions cannot rotate \(rotated) of them."
            throw reader.failure(.inconsistent(text), "head_dim")
        }
        dimensions = rotated
        theta = try fields?.double("rope_theta", above: 1) ?? reader.double("rope_theta", above: 1) ?? defaultTheta
        scaling = try fields.map { try Scaling($0, outer: reader, maximumPositions: maximumPositions) } ?? .default
    }
}

extension RotaryConfiguration.Scaling {
    init(_ fields: ConfigurationReader, outer: ConfigurationReader, maximumPositions: Int) throws {
        let key = fields.value("rope_type") == nil ? "type" : "rope_type"
        let positions =
            try outer.int("original_max_position_embeddings", in: 1...Int(Int32.max))
            ?? fields.int("original_max_position_embeddings", in: 1...Int(Int32.max)) ?? maximumPositions
        switch try fields.string(key) ?? "default" {
        case "default": self = .default
        case "linear": self = .linear(factor: try fields.requiredDouble("factor", above: 0))
        case "llama3": self = try .llama3(fields, positions)
        case "yarn": self = .yarn(try RotaryConfiguration.YaRN(fields, positions, maximumPositions: maximumPositions))
        case "dynamic":
            self = .dynamic(factor: try fields.requiredDouble("factor", above: 0), originalPositions: maximumPositions)
        case let other:
            throw fields.failure(.unsupported(found: other, supported: RotaryConfiguration.supportedTypes), key)
        }
    }

    private static func llama3(_ fields: ConfigurationReader, _ positions: Int) throws -> Self {
        let low = try fields.requiredDouble("low_freq_factor", above: 0)
        let high = try fields.requiredDouble("high_freq_factor", above: 0)
        guard high > low else {
            let text = "high_freq_factor \(high) is not above low_freq_factor \(low)."
            throw fields.failure(.inconsistent(text), "high_freq_factor")
        }
        return .llama3(
            factor: try fields.requiredDouble("factor", above: 0), lowFrequencyFactor: low, highFrequencyFactor: high,
            originalPositions: positions)
    }
}

extension RotaryConfiguration.YaRN {
    init(_ fields: ConfigurationReader, _ positions: Int, maximumPositions: Int) throws {
        let factor = try fields.double("factor", above: 0) ?? Double(maximumPositions) / Double(positions)
        func scale(_ m: Double) -> Double { factor <= 1 ? 1 : 0.1 * m * log(factor) + 1 }
        let (m, mAll) = (try fields.double("mscale") ?? 0, try fields.double("mscale_all_dim") ?? 0)
        let inferred = m != 0 && mAll != 0 ? scale(m) / scale(mAll) : scale(1)
        // 0 counts as absent, as in transformers
        let (fast, slow) = (try fields.double("beta_fast") ?? 0, try fields.double("beta_slow") ?? 0)
        self.init(
            factor: factor, originalPositions: positions, betaFast: fast == 0 ? 32 : fast, betaSlow: slow == 0 ? 1 : slow,
            truncates: try fields.bool("truncate") ?? true, attentionFactor: try fields.double("attention_factor") ?? inferred)
    }
}
