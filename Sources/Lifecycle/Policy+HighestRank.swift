import Policies
import Training

extension Policy {
    /// The rank of the run that follows one that underfits, if it is higher.
    func highestRank(from plan: TrainingPlan) -> Int { max(plan.rank, run.underfitting.rank) }
}
