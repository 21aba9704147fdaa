import Adapters
import Foundation
import Registry

/// What is done with an adapter as a whole. Nobody else may be at work on it meanwhile, so each takes its lease.
extension Workspace {
    public func archive(_ adapter: String, on occasion: Occasion) throws -> RegistryEvent {
        try changing(adapter, "archiving", on: occasion) { name in try registry.archive(name, on: occasion) }
    }

    public func unarchive(_ adapter: String, on occasion: Occasion) throws -> RegistryEvent {
        try changing(adapter, "bringing back", on: occasion) { name in try registry.unarchive(name, on: occasion) }
    }

    /// - Throws: `StateError.inProduction` while a version serves, unless forced.
    public func retire(_ adapter: String, isForced: Bool, on occasion: Occasion) throws -> RegistryEvent {
        try changing(adapter, "retiring", on: occasion) { name in
            try registry.retire(name, isForced: isForced, on: occasion)
        }
    }

    private func changing<Value>(
        _ adapter: String, _ deed: String, on occasion: Occasion, _ body: (AdapterName) throws -> Value
    ) throws -> Value {
        let name = try AdapterName(adapter)
        try requireKnown(name)
        let lease = try registry.lease(
            name, holder: "process \(ProcessInfo.processInfo.processIdentifier), \(deed) it since \(occasion.at)",
            patience: Self.patience)
        return try withExtendedLifetime(lease) { try body(name) }
    }
}
