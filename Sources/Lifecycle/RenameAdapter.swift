import Adapters
import Faults
import Foundation
import Registry
import Suites
import Versions

extension Workspace {
    /// Gives an adapter another name: its declaration, its history, its versions. The old name keeps its tags and what happened until now.
    ///
    /// - Throws: `RenameError`; `DeclarationError.namesClash` when the new name differs from a known one in nothing but case.
    public func rename(_ old: String, to new: String, on occasion: Occasion) throws -> RegistryEvent {
        let (name, goal) = (try AdapterName(old), try AdapterName(new))
        try requireKnown(name)
        guard name != goal else { throw RenameError.same(goal) }
        try requireFree(goal)
        let holder = "process \(ProcessInfo.processInfo.processIdentifier), renaming since \(occasion.at)"
        let leases = try [name, goal].sorted().map { try registry.lease($0, holder: holder) }
        return try withExtendedLifetime(leases) {
            let ending = try registry.endName(name, becoming: goal, on: occasion)
            do {
                try RenameCompletion(registry: registry, versions: versions).finish(name, ending)
            } catch let error as any Explained {
                throw RenameError.unfinished(name, goal, error.explanation)
            }
            return ending
        }
    }

    /// - Throws: why nothing may be called so.
    func requireFree(_ name: AdapterName) throws {
        guard try !registry.hasRecords(of: name) else { throw RenameError.taken(name) }
        try registry.requireUnclaimed(name)
        if let tag = try versions.versions(of: name).first { throw RenameError.tagged(tag.version) }
    }
}

/// What follows from an event that ends a name: each step looks whether it was done.
struct RenameCompletion {
    let registry: AdapterRegistry
    let versions: VersionStore

    func finish(_ old: AdapterName, _ ending: RegistryEvent) throws {
        guard let new = ending.otherName else { return }
        try registry.takeOver(from: old, ending)
        try versions.carry(old, to: new, by: ending.actor, at: ending.at)
        try registry.moveStaging(from: old, to: new)
        try ProbeShelf(registry.layout).move(from: old, to: new)
        try registry.renameDeclaration(of: old, to: new)
    }

    /// Finishes renamings that a crash cut short, or that came from another repository. One that somebody holds the lease of is being done.
    ///
    /// - Returns: the old names.
    func finishAll() throws -> [AdapterName] {
        guard registry.access == .readWrite else { return [] }
        return try registry.endedNames().filter(isPending).compactMap { old, ending in
            guard let lease = try registry.leaseIfFree(old) else { return nil }
            return try withExtendedLifetime(lease) {
                // looked at again: whoever had the lease may have come to the end
                guard try isPending(old, ending) else { return nil }
                try finish(old, ending)
                return old
            }
        }
    }

    private func isPending(_ old: AdapterName, _ ending: RegistryEvent) throws -> Bool {
        guard let new = ending.otherName else { return false }
        if try registry.waitsForName(old, new) { return true }
        guard try registry.hasRecords(of: new) else { return true }
        // tags are carried oldest first
        return try registry.latestVersion(of: old).map { try versions.commit(of: $0.renamed(new)) == nil } ?? false
    }
}
