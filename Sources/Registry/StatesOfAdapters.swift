/// The fourth schema. Events tell of adapters too, not of versions alone, and say when something was done against the evidence. A version that
/// was pruned takes no alias, and one that an alias points to is not pruned. A renamed adapter has its versions under both names.
enum StatesOfAdapters {
    static let statements = [setAside, versions, events, triggers]

    private static let setAside = """
        DROP TRIGGER moves_move; DROP TRIGGER moves_stay; DROP TRIGGER moves_last; DROP TRIGGER events_stay; DROP TRIGGER events_last;
        DROP TRIGGER versions_stay;
        """

    /// Tables are made anew beside the old ones, whose names they then take: rows elsewhere go on referring to them.
    private static let versions = """
        CREATE TABLE versions_4 (
            adapter TEXT NOT NULL,
            number INTEGER NOT NULL CHECK (number > 0),
            commit_id TEXT NOT NULL CHECK (length(commit_id) = 40),
            lineage TEXT NOT NULL CHECK (json_valid(lineage)),
            base_digest TEXT NOT NULL CHECK (length(base_digest) = 64),
            dataset_digest TEXT CHECK (length(dataset_digest) = 64),
            published_at INTEGER NOT NULL,
            PRIMARY KEY (adapter, number),
            UNIQUE (commit_id, adapter)
        ) STRICT;
        INSERT INTO versions_4 (adapter, number, commit_id, lineage, base_digest, dataset_digest, published_at)
            SELECT adapter, number, commit_id, lineage, base_digest, dataset_digest, published_at FROM versions;
        DROP TABLE versions;
        ALTER TABLE versions_4 RENAME TO versions;
        """

    private static let events = """
        CREATE TABLE events_4 (
            adapter TEXT NOT NULL,
            id INTEGER NOT NULL CHECK (id > 0),
            kind TEXT NOT NULL CHECK (kind IN ('admitted', 'adopted', 'recovered', 'promoted', 'rolled_back', 'alias_set',
                'alias_removed', 'pruned', 'archived', 'unarchived', 'retired', 'renamed_to', 'renamed_from')),
            number INTEGER,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL CHECK (length(actor) > 0),
            reason TEXT NOT NULL,
            forced INTEGER NOT NULL DEFAULT 0 CHECK (forced IN (0, 1)),
            other_name TEXT CHECK (length(other_name) BETWEEN 1 AND 64),
            PRIMARY KEY (adapter, id),
            FOREIGN KEY (adapter, number) REFERENCES versions (adapter, number),
            CHECK ((number IS NULL) = (kind IN ('archived', 'unarchived', 'retired', 'renamed_to', 'renamed_from'))),
            CHECK ((other_name IS NULL) = (kind NOT IN ('renamed_to', 'renamed_from'))),
            CHECK (forced = 0 OR length(trim(reason)) > 0)
        ) STRICT;
        INSERT INTO events_4 (adapter, id, kind, number, at, actor, reason)
            SELECT adapter, id, kind, number, at, actor, reason FROM events;
        DROP TABLE events;
        ALTER TABLE events_4 RENAME TO events;
        CREATE INDEX events_of_whole_adapters ON events (adapter, id) WHERE number IS NULL;
        CREATE UNIQUE INDEX pruned_versions ON events (adapter, number) WHERE kind = 'pruned';
        """

    private static let triggers = """
        CREATE TRIGGER versions_stay AFTER UPDATE ON versions BEGIN SELECT RAISE(ABORT, 'a version is never changed'); END;
        CREATE TRIGGER events_stay AFTER UPDATE ON events BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
        CREATE TRIGGER events_last AFTER DELETE ON events BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
        CREATE TRIGGER moves_stay AFTER UPDATE ON alias_moves BEGIN SELECT RAISE(ABORT, 'a move is never changed'); END;
        CREATE TRIGGER moves_last AFTER DELETE ON alias_moves BEGIN SELECT RAISE(ABORT, 'a move is never deleted'); END;
        CREATE TRIGGER pruned_without_alias AFTER INSERT ON events WHEN NEW.kind = 'pruned' BEGIN
            SELECT RAISE(ABORT, 'an alias points to what would be pruned') WHERE EXISTS
                (SELECT 1 FROM aliases WHERE adapter = NEW.adapter AND number = NEW.number);
        END;
        CREATE TRIGGER moves_move AFTER INSERT ON alias_moves BEGIN
            SELECT RAISE(ABORT, 'the alias stands elsewhere') WHERE NEW.from_number IS NOT
                (SELECT number FROM aliases WHERE adapter = NEW.adapter AND alias = NEW.alias);
            SELECT RAISE(ABORT, 'a pruned version takes no alias') WHERE EXISTS
                (SELECT 1 FROM events WHERE adapter = NEW.adapter AND number = NEW.to_number AND kind = 'pruned');
            DELETE FROM aliases WHERE adapter = NEW.adapter AND alias = NEW.alias;
            INSERT INTO aliases (adapter, alias, number, event)
                SELECT NEW.adapter, NEW.alias, NEW.to_number, NEW.event WHERE NEW.to_number IS NOT NULL;
        END;
        """
}
