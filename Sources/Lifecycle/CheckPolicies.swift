import Adapters
import Faults
import Foundation
import Policies
import Registry
import StrictJSON

/// What is wrong with policies, and with what adapters set otherwise: all of it, and of all of them.
public struct CheckPolicies {
    /// A policy, or an adapter with settings of its own.
    public struct Checked: Sendable {
        public let name: String
        /// Nil when something is wrong.
        public let policy: Policy?
        public let faults: [Explanation]
    }

    private let shelf: PolicyShelf

    public init(_ shelf: PolicyShelf) { self.shelf = shelf }

    public func check(_ choice: PolicyChoice) -> Checked {
        checked(choice.text) {
            try shelf.source(of: choice).allFaults
        } read: {
            try shelf.policy(choice)
        }
    }

    /// Those that set keys of their policy, or prices, otherwise, and those whose declaration or policy cannot be read at all.
    public func adapters(in registry: AdapterRegistry) throws -> [Checked] {
        let (declarations, unreadable) = try registry.readableDeclarations()
        let broken = unreadable.map { Checked(name: $0.name, policy: nil, faults: [$0.explanation]) }
        // thousands of adapters name the same few policies
        var policies: [String: Checked] = [:]
        let own = declarations.compactMap { declaration -> Checked? in
            let policy = policies[declaration.policy] ?? checkPolicy(named: declaration.policy)
            policies[declaration.policy] = policy
            return check(declaration, of: policy)
        }
        return (broken + own).sorted { $0.name < $1.name }
    }

    private func checkPolicy(named name: String) -> Checked {
        checked(name) {
            try shelf.source(named: name).allFaults
        } read: {
            try shelf.policy(named: name)
        }
    }

    /// Nil for an adapter that takes its policy as it is.
    private func check(_ declaration: AdapterDeclaration, of named: Checked) -> Checked? {
        let name = declaration.name.text
        let hasOwn = !declaration.overrides.isEmpty || !declaration.costs.isEmpty
        guard let policy = named.policy else {
            // the faults of a policy that is there are its own
            guard hasOwn || !shelf.names.contains(declaration.policy) else { return nil }
            return Checked(name: name, policy: nil, faults: named.faults)
        }
        guard hasOwn else { return nil }
        let prices = declaration.costs.compactMap { setting -> (any Explained)? in
            do throws(CostError) {
                _ = try policy.costs.overridden(by: [setting])
                return nil
            } catch {
                return error
            }
        }
        return checked(name) {
            try shelf.overrideFaults(of: declaration) + prices
        } read: {
            try shelf.policy(of: declaration)
        }
    }

    private func checked(_ name: String, faults: () throws -> [any Explained], read: () throws -> Policy) -> Checked {
        do {
            let faults = try faults().map(\.explanation)
            return Checked(name: name, policy: faults.isEmpty ? try read() : nil, faults: faults)
        } catch {
            let explanation =
                (error as? any Explained)?.explanation
                ?? Explanation(FailureWords.text(error), next: FailureWords.next(error))
            return Checked(name: name, policy: nil, faults: [explanation])
        }
    }
}

extension PolicyFile {
    fileprivate var allFaults: [any Explained] { get throws { try faults(filledFrom: ShippedPolicies.texts["default"] ?? "") } }
}

extension PolicyShelf {
    /// Of a declaration whose policy is sound.
    fileprivate func overrideFaults(of declaration: AdapterDeclaration) throws -> [any Explained] {
        let (identity, others) = PolicyFile.identityFaults(declaration.overrides)
        return identity + (try source(named: declaration.policy).overridden(by: others).allFaults)
    }
}
