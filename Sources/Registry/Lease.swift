import Adapters
import DurableFiles

/// The right to work on an adapter, held until this value is released or its process dies.
public final class AdapterLease: Sendable {
    public let adapter: AdapterName
    private let lock: FileLock

    init(adapter: AdapterName, lock: FileLock) {
        self.adapter = adapter
        self.lock = lock
    }
}

extension AdapterRegistry {
    /// Takes the lease of an adapter; one process at a time trains it.
    ///
    /// - Parameter patience: how long to wait for whoever has it, which is worth it where he may be quick.
    /// - Parameter holder: what others are told while it is held, such as `process 4711, lora train since 2026-05-01T10:00:00Z`.
    /// - Throws: `RunError.leaseHeld` when somebody else has it.
    public func lease(_ adapter: AdapterName, holder: String, patience: Duration = .zero) throws -> AdapterLease {
        guard access == .readWrite else { throw RegistryError.readOnly(path: layout.root.path) }
        let file = layout.leaseFile(of: adapter)
        guard let lock = try FileLock.take(file, waiting: patience) else {
            let signature = String(decoding: try FileBytes.contents(of: file, limit: 1024), as: UTF8.self)
            throw RunError.leaseHeld(adapter, holder: signature.isEmpty ? "another process" : signature)
        }
        try lock.sign(holder)
        return AdapterLease(adapter: adapter, lock: lock)
    }

    /// The lease, or nil when somebody else holds it. What the file says of its last holder stays.
    ///
    /// - Parameter patience: how long somebody may hold it without counting; whoever opens the registry looks at leases for a moment.
    public func leaseIfFree(_ adapter: AdapterName, patience: Duration = .zero) throws -> AdapterLease? {
        try FileLock.take(layout.leaseFile(of: adapter), waiting: patience).map { AdapterLease(adapter: adapter, lock: $0) }
    }
}
