import Adapters
import Foundation
import Policies
import Registry

/// The doctor's look at the policies.
struct PolicyChecks {
    let workspace: Workspace
    let shelf: PolicyShelf
    let declared: DeclarationChecks.Declared

    var all: [HealthCheck] {
        [
            HealthCheck("policies") { readable }, HealthCheck("shipped policies") { shipped },
            HealthCheck("policies in use") { try used },
        ]
    }

    private var readable: Health {
        let names = shelf.names
        let wrong = names.compactMap { name -> (String, String)? in
            do {
                _ = try shelf.policy(named: name)
                return nil
            } catch {
                return (FailureWords.placed(error), FailureWords.next(error))
            }
        }
        return .unless(wrong.map(\.0), fine: names.joined(separator: ", ")) { .fault($0, mend: wrong[0].1) }
    }

    /// Whoever changes one knows why; whoever has an old one may not.
    private var shipped: Health {
        let changed = shelf.changedShipped
        return changed.isEmpty
            ? .fine("as they ship")
            : .advice(
                "not as they ship: \(changed.joined(separator: ", "))",
                mend: "lora init /tmp/fresh && diff -r /tmp/fresh/policies policies")
    }

    private var used: Health {
        get throws {
            let declarations = try declared.get().declarations
            let known = Set(shelf.names)
            let wrong = declarations.filter { !known.contains($0.policy) }
            for declaration in declarations where !declaration.overrides.isEmpty && known.contains(declaration.policy) {
                do {
                    _ = try shelf.policy(of: declaration)
                } catch {
                    return .fault(FailureWords.placed(error), mend: FailureWords.next(error))
                }
            }
            return .unless(wrong.map { "\($0.name) names '\($0.policy)'" }, fine: "each adapter's is there") {
                .fault(
                    "no such policy: \($0)",
                    mend: "write policies/\(wrong[0].policy).yaml, or name one of \(shelf.names.joined(separator: ", "))")
            }
        }
    }
}
