import Adapters
import Faults
import GRDB

/// Changes to what is known of one adapter, on their way into index and journal.
struct ChangeTransaction {
    let adapter: AdapterName
    let database: Database
    private(set) var changes: [RegistryChange] = []

    init(_ adapter: AdapterName, _ database: Database) {
        self.adapter = adapter
        self.database = database
    }

    mutating func make(_ change: RegistryChange) throws {
        try AdapterRegistry.apply(change, of: adapter, database)
        changes.append(change)
    }
}

extension AdapterRegistry {
    /// Makes changes in one transaction. The index takes them first, where its constraints can refuse them; the journal has them on the
    /// disk before the index commits. A process that dies in between leaves a journal that is ahead, which the next one takes up.
    func change<Value>(_ adapter: AdapterName, _ body: (inout ChangeTransaction) throws -> Value) throws -> Value {
        var (entry, start): (CommitID?, CommitID?) = (nil, nil)
        var made: Value?
        do {
            return try write { database in
                start = try journal.head(of: adapter)
                let position = try catchUp(adapter, database)
                entry = position == start ? nil : position
                var transaction = ChangeTransaction(adapter, database)
                let value = try body(&transaction)
                guard !transaction.changes.isEmpty else { return value }
                // takes the place on the disk, which may be full, before the journal has the entry
                try Self.setPosition(Self.unknownPosition, of: adapter, database)
                made = value
                do {
                    entry = try journal.append(transaction.changes, to: adapter, after: position)
                } catch {
                    // the branch may have moved before the last of it failed
                    let head = try journal.head(of: adapter)
                    entry = head == start ? nil : head
                    throw error
                }
                if let entry { try Self.setPosition(entry, of: adapter, database) }
                return value
            }
        } catch {
            guard let entry else { throw error }
            if try takeBack(entry, from: adapter, to: start, error) == .kept, let made { return made }
            throw error
        }
    }

    private enum Retraction { case kept, takenBack }

    /// What the index did not take must not come back as if it had been agreed to. But a commit that failed may have been one: its last
    /// step makes durable what is there already, and the journal is.
    ///
    /// - Throws: `RegistryError.onlyInJournal` when the entry cannot be taken back, so that the next opening takes it up.
    private func takeBack(
        _ entry: CommitID, from adapter: AdapterName, to start: CommitID?, _ cause: any Error
    ) throws -> Retraction {
        do {
            if try read({ try Self.position(of: adapter, $0) }) == entry { return .kept }
            try journal.retract(entry, from: adapter, to: start)
            return .takenBack
        } catch {
            let stands = Result { try journal.head(of: adapter) }
            // where somebody has gone on from it already, it stays as well
            if case .success(start) = stands { return .takenBack }
            let told = (cause as? any Explained)?.explanation ?? Explanation("\(cause)", next: "")
            throw RegistryError.onlyInJournal(adapter, told)
        }
    }

    /// Brings the index to the end of the adapter's journal; an adapter that has none yet gets one.
    ///
    /// - Returns: the last entry; nil where nothing is known of the adapter.
    /// - Throws: `JournalError.diverged`.
    @discardableResult
    func catchUp(_ adapter: AdapterName, _ database: Database) throws -> CommitID? {
        let (position, head) = (try Self.position(of: adapter, database), try journal.head(of: adapter))
        guard position != head else { return try position ?? begin(adapter, database) }
        if position == nil, try !Self.snapshot(of: adapter, database).isEmpty {
            throw JournalError.diverged(adapter, position: nil, head: head)
        }
        for entry in try journal.entries(of: adapter, after: position) {
            for change in entry.changes { try Self.apply(change, of: adapter, database) }
        }
        if let head { try Self.setPosition(head, of: adapter, database) }
        return head
    }

    /// Writes down what an index from before there were journals knows.
    private func begin(_ adapter: AdapterName, _ database: Database) throws -> CommitID? {
        let changes = try Self.snapshot(of: adapter, database)
        guard !changes.isEmpty else { return nil }
        let entry = try journal.append(changes, to: adapter, after: nil)
        try Self.setPosition(entry, of: adapter, database)
        return entry
    }

    /// Where the index stands in each journal.
    func positions() throws -> [AdapterName: CommitID] {
        try read { database in
            let rows = try Row.fetchAll(database, sql: "SELECT adapter, position FROM journals")
            return Dictionary(
                try rows.map { (try $0.adapter(), try $0.commit("position")) }, uniquingKeysWith: { first, _ in first })
        }
    }

    static func position(of adapter: AdapterName, _ database: Database) throws -> CommitID? {
        try Row.fetchOne(database, sql: "SELECT position FROM journals WHERE adapter = ?", arguments: [adapter.text])?
            .commit("position")
    }

    private static let unknownPosition = String(repeating: "0", count: 40)

    private static func setPosition(_ position: CommitID, of adapter: AdapterName, _ database: Database) throws {
        try setPosition(position.hex, of: adapter, database)
    }

    private static func setPosition(_ position: String, of adapter: AdapterName, _ database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO journals (adapter, position) VALUES (?, ?)",
            arguments: [adapter.text, position])
    }
}
