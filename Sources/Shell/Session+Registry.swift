import Adapters
import Foundation
import Lifecycle
import Llama
import Registry

extension Session {
    /// Which registry a verb means: `--registry`, `LORA_REGISTRY`, the nearest upward, or the user's own.
    func registryLocation(_ option: String?) -> RegistryLocation {
        RegistryLocation.find(
            option: option.map { url($0).path }, environment: environment, workingFolder: workingFolder)
    }

    /// Opens the registry and says what opening had to mend.
    func openRegistry(_ option: String?, isThorough: Bool = false) throws -> Workspace {
        let workspace = try Workspace.open(
            registryLocation(option), on: occasion("found while opening the registry"), isThorough: isThorough,
            notify: weightNotice)
        for line in MendedWords.lines(workspace.mended) { console.complain(line) }
        return workspace
    }

    /// Where bases are kept quantized when no registry is at hand: `LORA_CACHE`, else `lora-keeper` in the user's folder of caches.
    var cacheFolder: URL? {
        func folder(_ variable: String) -> URL? { environment[variable].flatMap { $0.hasPrefix("/") ? URL(filePath: $0) : nil } }
        let caches = folder("XDG_CACHE_HOME") ?? folder("HOME")?.appending(path: ".cache")
        return folder("LORA_CACHE") ?? caches?.appending(path: "lora-keeper")
    }

    var weightCache: WeightCache? { cacheFolder.map { WeightCache(in: $0, notify: weightNotice) } }

    private var weightNotice: @Sendable (WeightCache.Notice) -> Void {
        { [console] notice in console.complain("\(notice)") }
    }

    /// Who does something now, and why.
    func occasion(_ reason: String) -> Occasion {
        Occasion(actor: Actor(environment: environment), at: clock(), reason: reason)
    }
}

/// What opening a registry mended, in words.
enum MendedWords {
    static func lines(_ mended: Reconciliation) -> [String] {
        mended.caughtUp.map { "note: the index had not all that is recorded of \($0); it has now." }
            + mended.renamed.map { "note: \($0) goes on under another name; what was left of its renaming is done." }
            + mended.recovered.map { "note: \($0) was published but not listed; it is listed now." }
            + mended.interrupted.map { "note: \($0) had lost its process; it is marked interrupted." }
            + mended.diverged.map {
                "warning: the index of \($0) is not what its journal in git leads to; see lora registry rebuild."
            }
            + mended.missing.map { "warning: \($0) is listed, but git does not hold it." }
            + mended.unreadable.map { "warning: the lineage of \($0), or of one before it, cannot be read; it is not listed." }
            + mended.stranded.map { "warning: git lacks a version before \($0); it is not listed." }
    }
}
