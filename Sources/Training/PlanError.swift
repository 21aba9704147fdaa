/// Why typed and declared options do not make a plan.
public enum PlanError: Error, Hashable {
    case unknownOption(name: String, nearest: String?)
    /// The value has the wrong type or lies outside of what the option takes.
    case notAllowed(TrainingOption, value: String)
    /// Two options that cannot both hold.
    case contradiction(TrainingOption, value: String, TrainingOption, otherValue: String)
    /// An option that describes an adapter, with a method that trains none.
    case needsAdapter(TrainingOption, TrainingMethod)
    /// Longer rows than the base has positions for.
    case beyondPositions(Int, positions: Int)
}
