import Adapters
import StrictJSON
import Training

/// A row that a version once got wrong, and that every later candidate of its adapter must get right.
public struct KeptProbe: Sendable, Hashable {
    private static let member = "probe"
    /// Within that member, what the row itself has in a column of its name.
    private static let column = "column"

    /// Of `p1`, `p2`, …
    let number: Int
    /// What went wrong.
    public let reason: String
    /// Where it was found, such as `ticket-router@v3`; nil where nobody said.
    public let foundIn: String?
    public let added: String
    public let addedBy: String
    /// The least score that is right, in 0 … 1.
    public let atLeast: Double
    /// The row as it is asked, without what is said about it.
    public let row: JSONObject

    init(
        number: Int, reason: String, foundIn: String?, added: Timestamp, by actor: Actor, atLeast: Double, row: JSONObject
    ) {
        (self.number, self.reason, self.foundIn, self.atLeast, self.row) = (number, reason, foundIn, atLeast, row)
        (self.added, addedBy) = ("\(added)", "\(actor)")
    }

    /// Nil unless it is what `json` writes.
    init?(json: JSONObject) {
        guard let said = json[Self.member], let number = said["name"]?.stringValue.flatMap(Self.number(of:)),
            let reason = said["reason"]?.stringValue, let added = said["added"]?.stringValue, let by = said["by"]?.stringValue,
            let atLeast = said["at_least"]?.doubleValue, (0...1).contains(atLeast)
        else { return nil }
        (self.number, self.reason, self.added, addedBy, self.atLeast) = (number, reason, added, by, atLeast)
        foundIn = said["found_in"]?.stringValue
        var row = json
        row[Self.member] = said[Self.column]
        self.row = row
    }

    public var name: String { Self.name(number) }

    static func name(_ number: Int) -> String { "p\(number)" }

    /// Names go no further.
    static let lastNumber = 999_999_999

    /// Nil unless it is a name as they are given.
    static func number(of name: String) -> Int? {
        guard let number = Int(name.dropFirst()), (1...lastNumber).contains(number), name == self.name(number) else { return nil }
        return number
    }

    /// What it asks, as text.
    public var question: String {
        do throws(DataError) {
            return try DataRow(row, number: 1, of: name).finalQuestion
        } catch {
            return JSONValue.object(row).text()
        }
    }

    public var json: JSONObject {
        var (object, said) = (
            row,
            JSONObject([
                ("name", .string(name)), ("reason", .string(reason)), ("found_in", foundIn.map { .string($0) } ?? .null),
                ("added", .string(added)), ("by", .string(addedBy)), ("at_least", .number(atLeast)),
            ])
        )
        said[Self.column] = row[Self.member]
        object[Self.member] = .object(said)
        return object
    }
}
