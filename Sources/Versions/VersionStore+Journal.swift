import Adapters
import CGit2
import DurableFiles
import Foundation

/// The journal of an adapter: the branch `journal/NAME`, one commit for each entry, whose tree is the entry's one file. `git log` reads
/// it, and a clone brings it along.
///
/// Whoever appends holds the lock of the index, so that there is one writer at a time.
extension VersionStore: ChangeJournal {
    static let journalBranches = "refs/heads/journal/"
    /// How long another program, `git pack-refs` say, may hold the lock of a branch before it counts as dead.
    private static let patience = Duration.seconds(5)

    static func journal(of adapter: AdapterName) -> String { "\(journalBranches)\(adapter)" }

    public func heads() throws -> [AdapterName: CommitID] {
        try withRepository { repository in
            var heads: [AdapterName: CommitID] = [:]
            for (name, id) in try repository.targets(matching: "\(Self.journalBranches)*") {
                // what bears no adapter's name is somebody else's branch
                guard let adapter = Self.adapter(ofBranch: name) else { continue }
                heads[adapter] = try Self.commitID(id)
            }
            return heads
        }
    }

    private static func adapter(ofBranch name: String) -> AdapterName? {
        do throws(NameError) {
            return try AdapterName(String(name.dropFirst(journalBranches.count)))
        } catch {
            return nil
        }
    }

    public func head(of adapter: AdapterName) throws -> CommitID? {
        try withRepository { repository in try Self.head(at: Self.journal(of: adapter), repository) }
    }

    public func entries(of adapter: AdapterName, after position: CommitID?) throws -> [JournalEntry] {
        try withRepository { repository in
            guard let head = try repository.commit(at: Self.journal(of: adapter)) else {
                guard position == nil else { throw JournalError.diverged(adapter, position: position, head: nil) }
                return []
            }
            return try Self.entries(of: adapter, upTo: head, after: position, repository)
        }
    }

    static func entries(
        of adapter: AdapterName, upTo head: git_oid, after position: CommitID? = nil, _ repository: borrowing GitRepository
    ) throws -> [JournalEntry] {
        var entries: [JournalEntry] = []
        var next: git_oid? = head
        while let commit = next {
            let id = try commitID(commit)
            if id == position { return entries.reversed() }
            let (tree, parent) = try repository.link(of: commit)
            entries.append(JournalEntry(position: id, changes: try changes(in: tree, of: adapter, repository)))
            next = parent
        }
        guard position == nil else { throw JournalError.diverged(adapter, position: position, head: try commitID(head)) }
        return entries.reversed()
    }

    public func append(_ changes: [RegistryChange], to adapter: AdapterName, after position: CommitID?) throws -> CommitID {
        let branch = Self.journal(of: adapter)
        return try withRepository { repository in
            let actor = changes.lazy.compactMap(\.actor).first ?? Self.program
            let time = changes.lazy.compactMap(\.at).last ?? Timestamp(secondsSinceEpoch: 0)
            try repository.identify(actor)
            let blob = try repository.writeBlob(changes.data)
            let tree = try repository.writeTree([(JournalEntry.fileName, blob)])
            let signature = try GitSignature(actor, at: time)
            let parent = try position.map { try GitLibrary.oid($0.hex) }
            let commit = try passingDeadLocks(on: branch) {
                do {
                    return try repository.commit(
                        tree: tree, parent: parent, on: branch, message: Self.message(changes, adapter), author: signature)
                } catch let failure as GitFailure where failure.means(GIT_EMODIFIED) {
                    throw JournalError.diverged(adapter, position: position, head: try Self.head(at: branch, repository))
                }
            }
            return try Self.commitID(commit)
        }
    }

    public func retract(_ entry: CommitID, from adapter: AdapterName, to position: CommitID?) throws {
        let branch = Self.journal(of: adapter)
        try withRepository { repository in
            try passingDeadLocks(on: branch) {
                try repository.move(branch, from: GitLibrary.oid(entry.hex), to: position.map { try GitLibrary.oid($0.hex) })
            }
        }
    }

    /// Who acts where no person does.
    private static let program = Actor(name: "lora", email: "lora@localhost")

    private static func message(_ changes: [RegistryChange], _ adapter: AdapterName) -> String {
        let lines = changes.map { "\(adapter): \($0.summary.split(whereSeparator: \.isNewline).joined(separator: " "))" }
        let subject = lines.first ?? "\(adapter): nothing"
        return lines.count > 1 ? "\(subject)\n\n\(lines.dropFirst().joined(separator: "\n"))\n" : "\(subject)\n"
    }

    private static func head(at reference: String, _ repository: borrowing GitRepository) throws -> CommitID? {
        try repository.commit(at: reference).map { try commitID($0) }
    }

    private static func changes(
        in tree: git_oid, of adapter: AdapterName, _ repository: borrowing GitRepository
    ) throws -> [RegistryChange] {
        guard let file = try repository.files(of: tree).first(where: { $0.path == JournalEntry.fileName }) else {
            throw DamagedRecord(key: JournalEntry.fileName, wanted: "an entry", source: .journal)
        }
        return try [RegistryChange](parsing: repository.readBlob(file.blob), of: adapter)
    }

    /// Retries while the branch is locked; a lock that does not go away is that of a program that died, since ours is the only one that
    /// writes journals.
    private func passingDeadLocks<Value>(on branch: String, _ body: () throws -> Value) throws -> Value {
        let start = ContinuousClock.now
        while true {
            do {
                return try body()
            } catch let failure as GitFailure where failure.means(GIT_ELOCKED) {
                let lock = folder.appending(path: "\(branch).lock")
                if ContinuousClock.now - start < Self.patience {
                    Thread.sleep(forTimeInterval: 0.05)
                } else {
                    guard unlink(lock.path) == 0 || errno == ENOENT else { throw FileError(.delete, lock) }
                }
            }
        }
    }
}

extension GitRepository {
    /// The tree of a commit and its first parent.
    func link(of commit: git_oid) throws(GitFailure) -> (tree: git_oid, parent: git_oid?) {
        let commit = try lookUpCommit(commit)
        let tree = git_commit_tree_id(commit.pointer).pointee
        guard git_commit_parentcount(commit.pointer) > 0 else { return (tree, nil) }
        return (tree, git_commit_parent_id(commit.pointer, 0)?.pointee)
    }

    /// Moves a branch that stands at `from`; nil removes it.
    func move(_ branch: String, from: git_oid, to: git_oid?) throws(GitFailure) {
        guard var to else {
            let reference = try GitHandle("find \(branch)", free: git_reference_free) {
                git_reference_lookup($0, handle.pointer, branch)
            }
            guard let target = git_reference_target(reference.pointer)?.pointee, target == from else {
                throw GitFailure(operation: "move \(branch)", code: GIT_EMODIFIED.rawValue, message: "it stands elsewhere")
            }
            return try GitLibrary.check("remove \(branch)", git_reference_delete(reference.pointer))
        }
        var from = from
        _ = try GitHandle("move \(branch)", free: git_reference_free) {
            git_reference_create_matching($0, handle.pointer, branch, &to, 1, &from, "taken back")
        }
    }
}
