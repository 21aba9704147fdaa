import Digests
import DurableFiles
import Foundation
import Registry
import Versions

/// That index and git agreed, and nothing was half-done, when both looked as they look now: an opening then need not hold one against
/// the other.
///
/// A look takes in the stamps of the index file, of the repository with its HEAD and configuration, of every reference that git has in a
/// file or gathered, and of the note of whoever moves references. Both sides lead from one to the next of their states only by writing, and whatever is written gets another stamp; what may
/// still change without one is not sealed. So a seal that fits proves that nothing has happened since. It is safe to delete.
struct AgreementSeal {
    struct Look {
        let digest: ContentDigest
        let isSettled: Bool
        let references: Int
        /// Whether a repository that looks the same can be opened if it could be.
        let tellsOfRepository: Bool
    }

    private static let form = "agreement/1"

    private let layout: RegistryLayout
    private let versions: VersionStore
    private let clock: @Sendable () -> FileMoment
    private let file: URL

    /// - Parameter clock: that stamps files.
    init(_ layout: RegistryLayout, _ versions: VersionStore, _ clock: @escaping @Sendable () -> FileMoment) {
        self.layout = layout
        self.versions = versions
        self.clock = clock
        file = layout.caches.appending(path: "agreement")
    }

    func look() throws -> Look {
        let moment = clock()
        var stamp = TreeStamp()
        try layout.stampIndex(into: &stamp)
        let tellsOfRepository = try versions.stampRepository(into: &stamp)
        let others = stamp.count
        try versions.stampReferences(into: &stamp)
        return Look(
            digest: stamp.finish(), isSettled: stamp.isSettled(at: moment), references: stamp.count - others,
            tellsOfRepository: tellsOfRepository)
    }

    func holds(_ look: Look) -> Bool {
        guard let text = FileManager.default.contents(atPath: file.path) else { return false }
        return String(decoding: text, as: UTF8.self) == Self.text(look)
    }

    /// Seals what an opening has found in agreement, if nothing has happened since its look.
    func renew(since before: Look) throws {
        guard before.references <= VersionStore.looseReferences else { return gatherReferences() }
        guard before.isSettled, try versions.isAtRest, try look().digest == before.digest, !holds(before) else { return }
        do {
            try DurableFile.write(Data(Self.text(before).utf8), to: file, permissions: 0o600)
        } catch {
            // the next opening looks again
            return
        }
    }

    private func gatherReferences() {
        do {
            try versions.packReferences()
        } catch {
            // they are good where they are; the next opening tries again
            return
        }
    }

    private static func text(_ look: Look) -> String { "\(form)\n\(look.digest)\n" }
}
