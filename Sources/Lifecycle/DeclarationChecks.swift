import Adapters
import DurableFiles
import Foundation
import Policies
import Registry
import Training

/// The doctor's look at declared adapters and pinned bases.
struct DeclarationChecks {
    /// Adapters whose data is read, and the most bytes of it: more belongs to `train --dry-run`.
    private static let (readAdapters, readBytes) = (8, 8_000_000)

    typealias Declared = Result<(declarations: [AdapterDeclaration], faults: [DeclarationFault]), any Error>

    let workspace: Workspace
    let declared: Declared

    private var registry: AdapterRegistry { workspace.registry }
    private var layout: RegistryLayout { workspace.layout }

    var all: [HealthCheck] {
        [
            HealthCheck("declarations") { try declarations }, HealthCheck("names") { try names },
            HealthCheck("bases") { try bases }, HealthCheck("bases in use") { try basesInUse },
            HealthCheck("data files") { try dataFiles }, HealthCheck("data") { try data },
        ]
    }

    private var declarations: Health {
        get throws {
            let (readable, faults) = try declared.get()
            let fine = readable.isEmpty ? "none yet" : counted(readable.count, "adapter")
            let words = faults.map { fault in
                fault.explanation.what + (fault.explanation.place.map { " (\($0))" } ?? "")
            }
            return .unless(words, fine: fine) { .fault($0, mend: faults[0].explanation.next) }
        }
    }

    private var names: Health {
        get throws {
            let declared = Set(try registry.declaredNames())
            let without = try workspace.currentNames().filter { !declared.contains($0) }
            return .unless(without.map(\.text), fine: "each adapter with versions is declared") {
                .advice("has versions or runs, but no declaration: \($0)", mend: "write \(layout.file(of: without[0]).path)")
            }
        }
    }

    /// Whole where it was read before or is small; else by the sizes of its files.
    private var bases: Health {
        get throws {
            let files = FileBook(in: layout)
            let pinned = try registry.bases()
            let changed = try pinned.compactMap { base -> (name: BaseName, words: String, effects: Set<BaseChange>)? in
                let isThere = access(layout.resolve(base.folder).path, F_OK) == 0
                let changes = isThere ? try registry.quickChanges(to: base, known: files) : base.changes(to: [])
                guard !changes.isEmpty else { return nil }
                let words = isThere ? "not as it was pinned: \(changes.words)" : "its folder is gone"
                return (base.name, words, Set(changes.map(\.effect)))
            }
            if registry.access == .readWrite { files.save() }
            let fine = pinned.isEmpty ? "none is pinned" : "\(Health.listed(pinned.map(\.name.text))): as pinned"
            return .unless(changed.map { "\($0.name): \($0.words)" }, fine: fine) { words in
                let mend = TaskError.remedy(changed[0].name)
                return changed.allSatisfy { $0.effects == [.cosmetic] } ? .advice(words, mend: mend) : .damage(words, mend: mend)
            }
        }
    }

    private var basesInUse: Health {
        get throws {
            let known = Set(try registry.baseNames())
            let wrong = try declared.get().declarations.filter { !known.contains($0.base) }
            return .unless(wrong.map { "\($0.name) names '\($0.base)'" }, fine: "each adapter's is pinned") {
                .fault("no such base: \($0)", mend: "lora base add \(wrong[0].base) DIR")
            }
        }
    }

    private var dataFiles: Health {
        get throws {
            let declarations = try declared.get().declarations
            let paths = declarations.flatMap { [$0.data.train, $0.data.heldOut] }
            let missing = Set(paths).filter { access(layout.resolvedPath($0), R_OK) != 0 }.sorted()
            return .unless(missing.map { layout.resolve($0).path }, fine: "all are there") {
                .fault("not to be read: \($0)", mend: "put the files there, or correct 'data:' in the declarations")
            }
        }
    }

    /// What `train` would need of the data of some adapters: rows that can be read, and something left to learn from.
    private var data: Health {
        get throws {
            let chosen = try readableSoon()
            let wrong = chosen.compactMap { declaration -> (String, String)? in
                do {
                    let task = try PreparedTask(declaration, typed: TrainingOptions(), in: workspace)
                    try task.dataset.requireExamples()
                    return nil
                } catch {
                    return ("\(declaration.name): \(FailureWords.placed(error))", FailureWords.next(error))
                }
            }
            return .unless(wrong.map(\.0), fine: "\(counted(chosen.count, "adapter")) looked at, all can be trained") {
                .fault($0, mend: wrong[0].1)
            }
        }
    }

    private func readableSoon() throws -> [AdapterDeclaration] {
        var bytes = 0
        return try declared.get().declarations.prefix(Self.readAdapters).filter { declaration in
            guard access(layout.resolvedPath(declaration.data.train), R_OK) == 0,
                access(layout.resolvedPath(declaration.data.heldOut), R_OK) == 0
            else { return false }
            for path in [declaration.data.train, declaration.data.heldOut] {
                bytes += try FileStamp(of: layout.resolve(path)).size
            }
            return bytes <= Self.readBytes
        }
    }
}
