/// Why an adapter cannot be made or read.
public enum AdapterError: Error, Hashable {
    /// No linear of the model is chosen.
    case nothingChosen(targets: String)
    /// Names in `target_modules` that no linear of the model has.
    case unknownTargets([String], nearest: String?)
    case badPattern(String)
    case badNumber(key: String, found: String, allowed: String)
    /// A tensor that belongs to no chosen module.
    case foreignTensor(String, file: String, nearest: String?)
}
