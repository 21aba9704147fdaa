import Digests
import StrictJSON
import Training

/// The probes of an adapter at one moment: what is asked, what is told of it and what it is known by cannot differ.
public struct ProbeSet: Sendable {
    let path: String
    /// Oldest first.
    public let probes: [KeptProbe]

    /// The probes as rows to be asked, each on the line of its place.
    public func file() throws -> DataFile {
        DataFile(path: path, rows: try probes.enumerated().map { try DataRow($1.row, number: $0 + 1, of: path) })
    }

    /// Of all that they ask, whatever is said about them.
    public var digest: ContentDigest {
        let asked = probes.map { JSONValue.array([.string($0.name), .number($0.atLeast), .object($0.row)]) }
        return ContentDigest(of: JSONValue.array(asked).data(JSONLayout(indent: nil, sortsKeys: true)))
    }
}
