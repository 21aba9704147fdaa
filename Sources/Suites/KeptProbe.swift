import Adapters
import StrictJSON
import Training

/// A row that a version once got wrong, and that every later candidate of its adapter must get right.
public struct KeptProbe: Sendable, Hashable {
    private static let member = "probe"

    /// `p1`, `p2`, …
    public let name: String
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

    public init(
        name: String, reason: String, foundIn: String?, added: Timestamp, by actor: Actor, atLeast: Double, row: JSONObject
    ) {
        (self.name, self.reason, self.foundIn, self.atLeast, self.row) = (name, reason, foundIn, atLeast, row)
        (self.added, addedBy) = ("\(added)", "\(actor)")
    }

    /// Nil unless it is what `json` writes.
    init?(json: JSONObject) {
        guard let said = json[Self.member], let name = said["name"]?.stringValue, let reason = said["reason"]?.stringValue,
            let added = said["added"]?.stringValue, let by = said["by"]?.stringValue,
            let atLeast = said["at_least"]?.doubleValue, (0...1).contains(atLeast)
        else { return nil }
        (self.name, self.reason, self.added, addedBy, self.atLeast) = (name, reason, added, by, atLeast)
        foundIn = said["found_in"]?.stringValue
        var row = json
        row[Self.member] = nil
        self.row = row
    }

    /// What it asks, as text.
    public var question: String {
        do throws(DataError) {
            return try DataRow(row, number: 1, of: name).inputText
        } catch {
            return JSONValue.object(row).text()
        }
    }

    public var json: JSONObject {
        var object = row
        object[Self.member] = [
            "name": .string(name), "reason": .string(reason), "found_in": foundIn.map { .string($0) } ?? .null,
            "added": .string(added), "by": .string(addedBy), "at_least": .number(atLeast),
        ]
        return object
    }
}
