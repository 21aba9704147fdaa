import Foundation

/// The learning rate over a run of T steps: the peak rate times a multiplier λ(s), s being the steps already done.
///
/// Shapes and defaults are those of transformers 5. λ rises linearly from 0 over the warm-up, so the first step has rate 0; only
/// `constant` has no warm-up.
public struct Schedule: Sendable, Hashable {
    public let name: SchedulerName
    public let peak: Double
    public let totalSteps: Int
    public let warmupSteps: Int
    /// The rate at the end of `cosine_with_min_lr`.
    public let minimum: Double
    /// The restarts of `cosine_with_restarts`.
    public let cycles: Int

    /// - Parameter warmup: Steps when at least 1, else the share of all steps, rounded up.
    public init(
        _ name: SchedulerName, peak: Double, totalSteps: Int, warmup: Double = 0, minimum: Double = 0, cycles: Int = 1
    ) {
        self.name = name
        self.peak = peak
        self.totalSteps = totalSteps
        warmupSteps = Int(warmup >= 1 ? warmup.rounded(.down) : (Double(totalSteps) * warmup).rounded(.up))
        self.minimum = minimum
        self.cycles = cycles
    }

    /// The rate of step k = 1, 2, …: peak · λ(k − 1).
    public func rate(ofStep step: Int) -> Double { peak * multiplier(after: step - 1) }

    /// λ(s).
    public func multiplier(after done: Int) -> Double {
        if name == .constant { return 1 }
        if done < warmupSteps { return Double(done) / Double(warmupSteps) }
        let progress = Double(done - warmupSteps) / Double(max(1, totalSteps - warmupSteps))
        switch name {
        case .constant, .constantWithWarmup: return 1
        case .linear: return max(0, Double(totalSteps - done) / Double(max(1, totalSteps - warmupSteps)))
        case .cosine: return Self.halfCosine(progress)
        case .cosineWithRestarts:
            return progress >= 1 ? 0 : Self.halfCosine((Double(cycles) * progress).truncatingRemainder(dividingBy: 1))
        case .cosineWithMinimum: return Self.halfCosine(progress) * (1 - minimum / peak) + minimum / peak
        case .polynomial: return polynomial(progress)
        case .inverseSquareRoot: return inverseSquareRoot(done)
        }
    }

    /// The schedule of a run over more steps, its warm-up as many steps as here.
    public func stretched(toSteps steps: Int) -> Schedule {
        Schedule(name, peak: peak, totalSteps: steps, warmup: Double(warmupSteps), minimum: minimum, cycles: cycles)
    }

    /// ½ (1 + cos πp): from 1 at p = 0 to 0 at p = 1.
    private static func halfCosine(_ progress: Double) -> Double { max(0, 0.5 * (1 + cos(.pi * progress))) }

    /// Power 1 down to 1e-7, transformers' defaults; the end is a rate, not a multiplier.
    private func polynomial(_ progress: Double) -> Double {
        let end = 1e-7
        return ((peak - end) * (1 - min(1, progress)) + end) / peak
    }

    /// 1/√((s + τ − w)/τ), τ being the warm-up or, without one, 10,000 steps.
    private func inverseSquareRoot(_ done: Int) -> Double {
        let timescale = warmupSteps > 0 ? warmupSteps : 10_000
        return 1 / (Double(done + timescale - warmupSteps) / Double(timescale)).squareRoot()
    }
}
