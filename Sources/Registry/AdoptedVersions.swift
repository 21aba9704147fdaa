/// The third schema. A version that was adopted may have been trained on data that nobody names, and an event of its own kind tells of it.
enum AdoptedVersions {
    static let statements = [versions, events]

    /// The tables are made anew beside the old ones, whose names they then take: rows elsewhere go on referring to them.
    private static let versions = """
        CREATE TABLE versions_3 (
            adapter TEXT NOT NULL,
            number INTEGER NOT NULL CHECK (number > 0),
            commit_id TEXT NOT NULL UNIQUE CHECK (length(commit_id) = 40),
            lineage TEXT NOT NULL CHECK (json_valid(lineage)),
            base_digest TEXT NOT NULL CHECK (length(base_digest) = 64),
            dataset_digest TEXT CHECK (length(dataset_digest) = 64),
            published_at INTEGER NOT NULL,
            PRIMARY KEY (adapter, number)
        ) STRICT;
        INSERT INTO versions_3 (adapter, number, commit_id, lineage, base_digest, dataset_digest, published_at)
            SELECT adapter, number, commit_id, lineage, base_digest, dataset_digest, published_at FROM versions;
        DROP TABLE versions;
        ALTER TABLE versions_3 RENAME TO versions;
        CREATE TRIGGER versions_stay AFTER UPDATE ON versions BEGIN SELECT RAISE(ABORT, 'a version is never changed'); END;
        """

    private static let events = """
        CREATE TABLE events_3 (
            adapter TEXT NOT NULL,
            id INTEGER NOT NULL CHECK (id > 0),
            kind TEXT NOT NULL CHECK (kind IN ('admitted', 'adopted', 'recovered', 'promoted', 'rolled_back')),
            number INTEGER NOT NULL,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL CHECK (length(actor) > 0),
            reason TEXT NOT NULL,
            PRIMARY KEY (adapter, id),
            FOREIGN KEY (adapter, number) REFERENCES versions (adapter, number)
        ) STRICT;
        INSERT INTO events_3 (adapter, id, kind, number, at, actor, reason)
            SELECT adapter, id, kind, number, at, actor, reason FROM events;
        DROP TABLE events;
        ALTER TABLE events_3 RENAME TO events;
        CREATE TRIGGER events_stay AFTER UPDATE ON events BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
        CREATE TRIGGER events_last AFTER DELETE ON events BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
        """
}
