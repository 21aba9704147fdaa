import Adapters
import CGit2
import Foundation

/// Versions under another name. Old tags and the old branch stay where they are, for whoever has cloned them; new ones lead to the same commits.
extension VersionStore {
    /// Names the version as its lineage does, in the message of a tag that gives it another name.
    private static let releasedAs = "Released-As"

    /// Tags every version of `old` as one of `new`, oldest first, and lets the branch of `new` go on from the latest. Done twice it changes
    /// nothing more.
    ///
    /// - Throws: a failure of git when a tag of that name leads elsewhere.
    public func carry(_ old: AdapterName, to new: AdapterName, by actor: Actor, at time: Timestamp) throws {
        let versions = try versions(of: old).map(\.version)
        guard let latest = versions.last else { return }
        let branch = Self.branch(of: new)
        let references = versions.map { Self.reference(of: $0.renamed(new)) } + [branch]
        let lease = try PublicationLease.wait(for: folder)
        try lease.moving(references) {
            try withRepository { repository in
                try repository.identify(actor)
                for version in versions { try Self.carry(version, to: new, by: actor, at: time, repository) }
                guard try repository.target(of: branch) == nil else { return }
                try repository.point(
                    branch, to: Self.commit(of: latest, repository), from: nil, because: "\(old) is called \(new)")
            }
        }
    }

    private static func carry(
        _ version: VersionID, to new: AdapterName, by actor: Actor, at time: Timestamp, _ repository: borrowing GitRepository
    ) throws {
        let message = try tagMessage(of: version, repository)
        let trailers = message.trailers.filter { $0.key != releasedAs }
        let name = VersionMessage.Trailer(releasedAs, releasedName(in: message) ?? "\(version)")
        let carried = VersionMessage(subject: message.subject, body: message.body, trailers: trailers + [name])
        try repository.tag(
            version.renamed(new).tag, commit: commit(of: version, repository), message: carried.text,
            tagger: GitSignature(actor, at: time))
    }

    static func tagMessage(of version: VersionID, _ repository: borrowing GitRepository) throws -> VersionMessage {
        let text =
            try repository.tagMessage(reference(of: version)) ?? repository.details(of: commit(of: version, repository)).message
        return VersionMessage(parsing: text)
    }

    private static func releasedName(in message: VersionMessage) -> String? {
        message.trailers.last { $0.key == releasedAs }?.value
    }

    /// Whether a version's tag says that its lineage knows it by another name.
    func isReleased(_ version: VersionID, as name: VersionID, _ repository: borrowing GitRepository) throws -> Bool {
        try name.number == version.number && Self.releasedName(in: Self.tagMessage(of: version, repository)) == "\(name)"
    }
}
