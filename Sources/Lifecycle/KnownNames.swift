import Adapters
import Foundation
import Registry
import Suites
import Versions

/// The names that a registry knows, for whoever completes a typed word. Asking mends nothing and writes nothing.
public struct KnownNames: Sendable {
    /// What a word on the line can be the name of.
    public enum Kind: Sendable {
        case adapter, version, adapterOrVersion, base, policy, dataset, suite
    }

    private let location: RegistryLocation
    private let workingFolder: URL

    public init(in location: RegistryLocation, workingFolder: URL) {
        self.location = location
        self.workingFolder = workingFolder
    }

    /// Those that begin with a text; none when the registry cannot be opened: a completion has no place for an error.
    public func names(of kind: Kind, startingWith beginning: String = "") -> [String] {
        do {
            return try all(of: kind, startingWith: beginning).filter { $0.hasPrefix(beginning) }
        } catch {
            return []
        }
    }

    private func all(of kind: Kind, startingWith beginning: String) throws -> [String] {
        if kind == .policy { return PolicyShelf(registry: location.layout.root, workingFolder: workingFolder).names }
        if kind == .suite { return try SuiteShelf(location.layout).names() }
        let access = try AdapterRegistry.access(to: location.layout)
        let store = try VersionStore(of: location.layout, access)
        if kind == .dataset { return try store.datasets().map { "\($0)" } }
        let registry = try AdapterRegistry.open(at: location.layout, access: access, journal: store)
        return switch kind {
        case .adapter: try registry.declaredNames().map(\.text)
        case .version: try registry.versionNames(startingWith: beginning)
        case .adapterOrVersion:
            Set(try registry.declaredNames().map(\.text) + registry.versionNames(startingWith: beginning)).sorted()
        case .base: try registry.baseNames().map(\.text)
        case .policy, .dataset, .suite: []
        }
    }
}
