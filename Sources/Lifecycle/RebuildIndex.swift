import Adapters
import Registry
import StrictJSON
import Versions

/// Makes the index of a registry again from git alone.
public struct RebuildIndex: Sendable {
    private let location: RegistryLocation

    public init(_ location: RegistryLocation) { self.location = location }

    public func run(on occasion: Occasion) throws -> IndexRebuild {
        guard try AdapterRegistry.access(to: location.layout) == .readWrite else {
            throw RegistryError.readOnly(path: location.layout.root.path)
        }
        let versions = try VersionStore(of: location.layout, .readWrite)
        try versions.completePublications()
        return try AdapterRegistry.rebuild(at: location.layout, journal: versions, git: versions.held(), on: occasion)
    }
}

extension IndexRebuild {
    public var json: JSONValue {
        [
            "differences": differences.map { .array($0.map(\.json)) } ?? .null,
            "set_aside": setAside.map { .string($0.path) } ?? .null,
            "recovered": .array(mended.recovered.map { .string("\($0)") }),
        ]
    }
}

extension IndexRebuild.Difference {
    fileprivate var json: JSONValue {
        ["table": .string(table), "only_old": .integer(onlyOld), "only_new": .integer(onlyNew)]
    }
}
