import Llama
import Tensors

/// How a training is fitted into its memory: the plan's micro-batches, what is computed again, and whether the base is streamed.
///
/// A step's rows, their order and its loss stay what they are: smaller micro-batches are more of them, and gradients are summed.
public struct MemoryFit: Sendable, Hashable {
    /// With the micro-batches that fit.
    public let plan: TrainingPlan
    public let layout: StepLayout
    /// Whether the base is read layer by layer.
    public let streams: Bool
    public let memory: TrainingMemory
    /// Of the model.
    public let layers: Int

    /// Without a budget everything is as the plan says, and nothing is refused.
    ///
    /// - Parameters:
    ///   - rows: what is trained on; at least one.
    ///   - heldOut: what the run is judged by on its way and at its end.
    ///   - labels: how many answers each of them is scored with.
    ///   - rank: the highest that will be trained at; the plan's when nil.
    /// - Throws: `MemoryError` when no way fits.
    public init(
        _ plan: TrainingPlan, _ model: ModelConfiguration, rows: [EncodedRow], heldOut: [EncodedRow] = [], labels: Int = 1,
        rank: Int? = nil
    ) throws(MemoryError) {
        let planner = MemoryPlanner(plan, model, RowLoads(rows, heldOut: heldOut, labels: labels), rank: rank ?? plan.rank)
        guard let budget = plan.memoryBudget else {
            self = planner.unbounded
            return
        }
        guard let best = planner.fits(budget).min(by: { $0.cost < $1.cost })?.fit else {
            throw MemoryError.budgetTooSmall(budget: budget, smallest: planner.smallest)
        }
        self = best
    }

    /// Has freed matrices give way where they would pass the budget.
    public func boundPool() {
        PooledMemory.bound(plan.memoryBudget.map { $0 - (memory.total - memory.pooled) } ?? .max)
    }

    init(plan: TrainingPlan, layout: StepLayout, streams: Bool, memory: TrainingMemory, layers: Int) {
        self.layers = layers
        self.plan = plan
        self.layout = layout
        self.streams = streams
        self.memory = memory
    }
}

/// Why a training cannot begin in the memory it may take.
public enum MemoryError: Error {
    case budgetTooSmall(budget: Int, smallest: MemoryFit)
}

/// Tries the ways to walk a model.
private struct MemoryPlanner {
    let plan: TrainingPlan
    let model: ModelConfiguration
    let loads: RowLoads
    /// The plan at the highest rank that will be trained.
    let largest: TrainingPlan

    init(_ plan: TrainingPlan, _ model: ModelConfiguration, _ loads: RowLoads, rank: Int) {
        self.plan = plan
        self.model = model
        self.loads = loads
        largest = plan.escalated(toRank: rank)
    }

    private var layers: Int { model.layerCount }
    private var logitRows: Int { LlamaModel.logitRows(vocabulary: model.vocabularySize) }
    /// A head that is trained sums its gradient over chunks of rows, in another order for each size: there it is left as it is.
    private var fewestLogitRows: Int { plan.method.trainsAdapter ? min(14, logitRows) : logitRows }

    var unbounded: MemoryFit {
        fit(batchSize: plan.batchSize, recomputed: plan.gradientCheckpointing ? layers : 0, logitRows, sweep: 1, streams: false)
    }

    /// The least memory there is a way for.
    var smallest: MemoryFit {
        let whole = fit(batchSize: 1, recomputed: layers, fewestLogitRows, sweep: 1, streams: false)
        let streamed = fit(batchSize: 1, recomputed: layers, fewestLogitRows, sweep: 1, streams: true)
        return canStream && streamed.memory.total < whole.memory.total ? streamed : whole
    }

    /// What lies in memory and in no file cannot be streamed.
    private var canStream: Bool {
        guard plan.method.trainsAdapter else { return false }
        return switch plan.storage {
        case .nf4: true
        case .bf16: model.isStoredInBrainFloats
        case .fp32: false
        }
    }

    /// For each size of micro-batch, with and without streaming, the quickest way that fits.
    func fits(_ budget: Int) -> [(fit: MemoryFit, cost: Double)] {
        var found: [(MemoryFit, Double)] = []
        for streams in canStream ? [false, true] : [false] {
            for size in stride(from: plan.batchSize, through: 1, by: -1) where plan.batchSize.isMultiple(of: size) {
                for rows in [logitRows, fewestLogitRows] {
                    guard let fit = quickest(batchSize: size, rows, streams: streams, budget) else { continue }
                    found.append((fit, cost(fit)))
                    break
                }
            }
        }
        return found
    }

    /// As few layers as possible computed again; streamed, as many micro-batches to a sweep as possible before that.
    private func quickest(batchSize: Int, _ logitRows: Int, streams: Bool, _ budget: Int) -> MemoryFit? {
        let most = streams ? plan.batchSize * plan.accumulation / batchSize : 1
        for sweep in stride(from: most, through: 1, by: -1) {
            func fit(_ recomputed: Int) -> MemoryFit {
                self.fit(batchSize: batchSize, recomputed: recomputed, logitRows, sweep: sweep, streams: streams)
            }
            guard fit(layers).memory.total <= budget else { continue }
            // what is computed again takes less memory, so the fewest layers are found by halving
            var (least, most) = (0, layers)
            while least < most {
                let middle = (least + most) / 2
                if fit(middle).memory.total <= budget { most = middle } else { least = middle + 1 }
            }
            return fit(least)
        }
        return nil
    }

    private func fit(batchSize: Int, recomputed: Int, _ logitRows: Int, sweep: Int, streams: Bool) -> MemoryFit {
        let layout = StepLayout(recomputedLayers: recomputed, sweep: sweep, logitRows: logitRows)
        let load = loads.load(batchSize: batchSize, sweep: sweep)
        return MemoryFit(
            plan: plan.cut(intoRowsOf: batchSize), layout: layout, streams: streams,
            memory: TrainingMemory(model, largest, layout, streams: streams, load), layers: layers)
    }

    /// Work per token, forward and back twice a weight each, once more where it is computed again. Decoding NF4 costs as much as the
    /// products of 50 tokens; a streamed layer is read twice a sweep, which a disk of 1 GB/s does in the time of some 100 more.
    private func cost(_ fit: MemoryFit) -> Double {
        let again = Double(fit.layout.recomputedLayers) / Double(layers)
        let load = loads.load(batchSize: fit.plan.batchSize, sweep: fit.layout.sweep)
        let decoding = 50 / Double(max(1, load.microBatch))
        let reading = fit.streams ? 100 / Double(max(1, load.sweep)) : 0
        return (4 + 2 * again) * (1 + decoding + reading)
    }
}
