/// The record of every change to an adapter's history, kept outside the index: what the index is made from again.
///
/// Each adapter has a chain of entries, which only ever grows at its end.
public protocol ChangeJournal: Sendable {
    /// The last entry of each chain.
    func heads() throws -> [AdapterName: CommitID]
    func head(of adapter: AdapterName) throws -> CommitID?
    /// The entries after a position, oldest first; all of them for nil.
    ///
    /// - Throws: `JournalError.diverged` when the chain does not pass through the position.
    func entries(of adapter: AdapterName, after position: CommitID?) throws -> [JournalEntry]
    /// Adds an entry, on the disk when this returns.
    ///
    /// - Throws: `JournalError.diverged` when the chain does not end at `position`.
    func append(_ changes: [RegistryChange], to adapter: AdapterName, after position: CommitID?) throws -> CommitID
    /// Takes back the last entry, which nobody has been told of.
    func retract(_ entry: CommitID, from adapter: AdapterName, to position: CommitID?) throws
}

/// Changes that were made together.
public struct JournalEntry: Sendable, Hashable {
    public static let fileName = "changes.json"
    static let schema = "lora.changes/1"

    public let position: CommitID
    public let changes: [RegistryChange]

    public init(position: CommitID, changes: [RegistryChange]) {
        self.position = position
        self.changes = changes
    }
}

/// Why a journal cannot be read or gone on with.
public enum JournalError: Error, Hashable {
    /// The index stands at `position`, which the chain that ends in `head` does not lead through.
    case diverged(AdapterName, position: CommitID?, head: CommitID?)
}
