import CGit2
import Digests
import DurableFiles
import Foundation

/// Reads every object, pack and reference of a repository, whoever leads to them, and holds each against what git itself wrote beside it.
///
/// Files first, by their own sums and without libgit2, which trusts numbers in packs and objects that are damaged; then references, by
/// where they lead.
struct RepositoryAudit {
    /// The repository's folder.
    let folder: URL

    /// What must not be handed to libgit2.
    func fileFaults() throws -> [VersionFault] { try packFaults() + looseObjectFaults() }

    /// Git checks the sum over a whole pack or index only when it is moved.
    private func packFaults() throws -> [VersionFault] {
        try ["objects/pack", "objects/info", "objects/info/commit-graphs"].flatMap { folder in
            try entries(of: folder).filter { !$0.isFolder && Self.endsInSum($0.name) }.map { "\(folder)/\($0.name)" }.sorted()
                .filter { try !TrailingSum.holds(in: self.folder.appending(path: $0)) }
                .map { VersionFault(path: $0, problem: .unreadable("the sum at its end is another")) }
        }
    }

    private static func endsInSum(_ name: String) -> Bool {
        ["pack", "idx", "rev", "bitmap", "graph"].contains { name.hasSuffix(".\($0)") }
            || ["multi-pack-index", "commit-graph"].contains(name)
    }

    private func looseObjectFaults() throws -> [VersionFault] {
        try entries(of: "objects").filter { $0.isFolder && $0.name.utf8.count == 2 }.map(\.name).sorted().flatMap { start in
            try entries(of: "objects/\(start)").map(\.name).sorted().compactMap { rest in
                // half-written ones have other names
                guard rest.utf8.count == 38, let problem = LooseObject(start + rest, in: folder).problem() else { return nil }
                return VersionFault(path: LooseObject.path(of: start + rest), problem: .unreadable(problem))
            }
        }
    }

    private func entries(of path: String) throws -> [OpenFolder.Entry] {
        let place = folder.appending(path: path)
        return access(place.path, F_OK) == 0 ? try OpenFolder(place).entries() : []
    }
}
