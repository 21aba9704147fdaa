/// Keeping an adapter by the calendar alone: nothing is watched, nothing is missed, and no training fails.
struct FixedStrategy {
    /// Nil for never again.
    let daysBetweenTrainings: Int?

    /// Over the days from the first release up to the last day of service.
    func add(_ task: SimulatedTask, _ service: Range<Int>, in world: SimulatedWorld, to tally: inout StrategyTally) {
        guard let first = service.first else { return }
        var trained = first
        for day in service {
            let isTime = daysBetweenTrainings.map { (day - first) % $0 == 0 } ?? (day == first)
            if isTime {
                trained = day
                tally.trainings += 1
                // candidate, base and predecessor are measured after each training, as the keeper does
                tally.hours += task.trainingHours * (1 + 3 * WorldAssumptions.measuringShare)
            }
            tally.errorDays += world.servedError(of: task, trained: trained, on: day)
            tally.days += 1
        }
    }
}
