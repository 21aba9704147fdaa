import Adapters
import Foundation
import Registry
import Versions

/// The names that a registry knows, for whoever completes a typed word. Asking mends nothing and writes nothing.
public struct KnownNames: Sendable {
    /// What a word on the line can be the name of.
    public enum Kind: Sendable {
        case adapter, version, base, policy, dataset
    }

    private let location: RegistryLocation
    private let workingFolder: URL

    public init(in location: RegistryLocation, workingFolder: URL) {
        self.location = location
        self.workingFolder = workingFolder
    }

    /// None when the registry cannot be opened: a completion has no place for an error.
    public func names(of kind: Kind) -> [String] {
        do {
            let access = try AdapterRegistry.access(to: location.layout)
            let store = try VersionStore(of: location.layout, access)
            if kind == .dataset { return try store.datasets().map { "\($0)" } }
            return try names(of: kind, in: AdapterRegistry.open(at: location.layout, access: access, journal: store))
        } catch {
            return []
        }
    }

    private func names(of kind: Kind, in registry: AdapterRegistry) throws -> [String] {
        switch kind {
        case .adapter: try registry.declarations().map(\.name.text)
        case .version: try registry.declarations().flatMap { try versions($0.name, in: registry) }
        case .base: try registry.bases().map(\.name.text)
        case .policy: PolicyShelf(registry: registry.layout.root, workingFolder: workingFolder).names
        // asked of git, above
        case .dataset: []
        }
    }

    private func versions(_ adapter: AdapterName, in registry: AdapterRegistry) throws -> [String] {
        let aliases = try registry.aliases(of: adapter).keys.sorted().map { "\(adapter)@\($0)" }
        return try registry.versions(of: adapter).map { "\($0.version)" } + aliases
    }
}
