import Faults

/// Why data could not be checked, split or cleaned.
public enum DoctorError: Error, Hashable {
    case unreadable(file: String, why: String)
    case lineTooLong(file: String, line: Int)
    /// Rows that cannot be read must be mended or left out first.
    case badLines(file: String, count: Int, first: Int)
    case noRows(file: String)
    /// More rows were asked for than can be held out.
    case tooMany(heldOut: Int, rows: Int)
    case nothingToHoldOut(rows: Int)
    /// A key that rows should be grouped or stratified by, in none of them.
    case unknownKey(String, file: String)
    /// - Parameter mayReplace: whether it would be replaced, were that asked for.
    case exists(path: String, mayReplace: Bool = false)
    /// What is read would be written over.
    case isInput(path: String)
    case noRow(line: Int, file: String)
    /// Somebody wrote the file between two looks at it.
    case changedMeanwhile(file: String)
    /// The rows that were frozen are not those that the file holds.
    case heldOutChanged(file: String, frozen: String, found: String)
}
