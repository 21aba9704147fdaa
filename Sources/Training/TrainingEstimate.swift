import Llama
import StrictJSON

/// What a training will take before it begins: memory by formula, time from a probe or from a card's peak, cost from a price.
public struct TrainingEstimate: Sendable, Hashable {
    /// One machine's share of it; nil where nothing is known.
    public struct Machine: Sendable, Hashable {
        public let name: String
        public let memory: Int
        public let fits: Bool
        public let tokensPerSecond: Double?
        public let seconds: Double?
        /// US dollars.
        public let cost: Double?
    }

    public let memory: TrainingMemory
    public let work: TrainingWork
    public let here: Machine
    public let cards: [Machine]
    /// How many times the work an extended run takes.
    public let extensionFactor: Int

    /// - Parameters:
    ///   - fit: the plan in the memory it may take.
    ///   - rows: what is trained on.
    ///   - physicalMemory: this machine's, in bytes.
    ///   - probed: tokens per second that `TrainingProbe` measured here.
    ///   - pricePerHour: of this machine, in US dollars.
    public init(
        model: ModelConfiguration, fit: MemoryFit, rows: [EncodedRow], extensionFactor: Int, physicalMemory: Int,
        probed: Double?, pricePerHour: Double?
    ) {
        let memory = fit.memory
        let work = TrainingWork(model, fit.plan, fit.layout, rows: rows)
        self.memory = memory
        self.work = work
        self.extensionFactor = extensionFactor
        here = Machine(
            "this machine", memory: physicalMemory, needed: memory.total, tokensPerSecond: probed, work,
            pricePerHour: pricePerHour)
        cards = ReferenceCard.all.map { card in
            Machine(
                card.name, memory: card.memory, needed: memory.total - memory.process + ReferenceCard.overhead,
                tokensPerSecond: card.peak * ReferenceCard.utilization / work.flopsPerToken, work,
                pricePerHour: card.pricePerHour)
        }
    }
}

extension TrainingEstimate.Machine {
    fileprivate init(
        _ name: String, memory: Int, needed: Int, tokensPerSecond: Double?, _ work: TrainingWork, pricePerHour: Double?
    ) {
        self.name = name
        self.memory = memory
        fits = needed <= memory
        self.tokensPerSecond = tokensPerSecond
        seconds = tokensPerSecond.map { Double(work.tokens) / $0 }
        cost = seconds.flatMap { seconds in pricePerHour.map { $0 * seconds / 3600 } }
    }

    fileprivate var json: JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        return [
            "name": .string(name), "memory_bytes": .integer(memory), "fits": .bool(fits),
            "tokens_per_second": number(tokensPerSecond), "seconds": number(seconds), "cost_usd": number(cost),
        ]
    }
}

extension TrainingEstimate {
    public var json: JSONValue {
        [
            "memory_bytes": [
                "program_and_rows": .integer(memory.process), "weights": .integer(memory.weights),
                "adapter_and_gradients": .integer(memory.adapter), "moments": .integer(memory.moments),
                "checkpoint": .integer(memory.checkpoint), "activations": .integer(memory.activations),
                "logits": .integer(memory.logits), "decoding": .integer(memory.decoding), "total": .integer(memory.total),
            ],
            "steps": .integer(work.steps), "tokens": .integer(work.tokens), "flops_per_token": .number(work.flopsPerToken),
            "extend_to": .integer(extensionFactor), "this_machine": here.json, "cards": .array(cards.map(\.json)),
            "assumed_for_cards": [
                "utilization": .number(ReferenceCard.utilization), "prices_as_of": .string(ReferenceCard.asOf),
                "overhead_bytes": .integer(ReferenceCard.overhead),
            ],
        ]
    }
}
