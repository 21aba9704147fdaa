import GRDB

/// The schema of the index. A migration that was released is never changed; the next one follows it.
enum Migrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 runs, versions, aliases, evidence") { database in
            for sql in [runs, versions, events, aliases, evidence] { try database.execute(sql: sql) }
        }
        migrator.registerMigration("2 journals, numbers of each adapter") { database in
            for sql in NumbersOfEachAdapter.statements { try database.execute(sql: sql) }
        }
        migrator.registerMigration("3 adopted versions") { database in
            for sql in AdoptedVersions.statements { try database.execute(sql: sql) }
        }
        migrator.registerMigration("4 states of adapters, forced moves") { database in
            for sql in StatesOfAdapters.statements { try database.execute(sql: sql) }
        }
        migrator.registerMigration("5 runs at a glance") { database in
            try database.execute(sql: RunsAtAGlance.statement)
        }
        migrator.registerMigration("6 glances at adapters") { database in
            for sql in GlancesOfAdapters.statements { try database.execute(sql: sql) }
        }
        migrator.registerMigration("7 decisions on any question") { database in
            try database.execute(sql: DecisionsOnAnyQuestion.statement)
        }
        return migrator
    }

    private static let runs = """
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            adapter TEXT NOT NULL CHECK (length(adapter) BETWEEN 1 AND 64),
            base TEXT NOT NULL CHECK (json_valid(base)),
            base_digest TEXT NOT NULL CHECK (length(base_digest) = 64),
            dataset TEXT NOT NULL CHECK (json_valid(dataset)),
            dataset_digest TEXT NOT NULL CHECK (length(dataset_digest) = 64),
            plan TEXT NOT NULL CHECK (json_valid(plan)),
            plan_digest TEXT NOT NULL CHECK (length(plan_digest) = 64),
            started_at INTEGER NOT NULL,
            state TEXT NOT NULL DEFAULT 'started' CHECK (state IN ('started', 'finished', 'failed', 'interrupted')),
            ended_at INTEGER,
            version INTEGER CHECK (version > 0),
            reason TEXT,
            CHECK ((state = 'started') = (ended_at IS NULL)),
            CHECK (version IS NULL OR (state = 'finished' AND reason IS NULL)),
            CHECK (state = 'started' OR version IS NOT NULL OR reason IS NOT NULL)
        ) STRICT;
        CREATE INDEX runs_of_adapter ON runs (adapter, id);
        CREATE UNIQUE INDEX one_run_at_a_time ON runs (adapter) WHERE state = 'started';
        """

    /// A version outlives the run that made it: an index that was read back from git knows only the runs that left a version.
    private static let versions = """
        CREATE TABLE versions (
            adapter TEXT NOT NULL,
            number INTEGER NOT NULL CHECK (number > 0),
            commit_id TEXT NOT NULL UNIQUE CHECK (length(commit_id) = 40),
            lineage TEXT NOT NULL CHECK (json_valid(lineage)),
            base_digest TEXT NOT NULL CHECK (length(base_digest) = 64),
            dataset_digest TEXT NOT NULL CHECK (length(dataset_digest) = 64),
            published_at INTEGER NOT NULL,
            PRIMARY KEY (adapter, number)
        ) STRICT;
        CREATE TRIGGER versions_stay AFTER UPDATE ON versions BEGIN SELECT RAISE(ABORT, 'a version is never changed'); END;
        """

    /// Aliases move by inserting into `alias_moves`; its trigger refuses a move whose start is not where the alias stands.
    private static let events = """
        CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL CHECK (kind IN ('admitted', 'recovered', 'promoted', 'rolled_back')),
            adapter TEXT NOT NULL,
            number INTEGER NOT NULL,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL CHECK (length(actor) > 0),
            reason TEXT NOT NULL,
            UNIQUE (id, adapter),
            FOREIGN KEY (adapter, number) REFERENCES versions (adapter, number)
        ) STRICT;
        CREATE INDEX events_of_adapter ON events (adapter, id);
        CREATE TABLE alias_moves (
            event INTEGER NOT NULL,
            alias TEXT NOT NULL CHECK (length(alias) BETWEEN 1 AND 64),
            adapter TEXT NOT NULL,
            from_number INTEGER,
            to_number INTEGER,
            PRIMARY KEY (event, alias),
            FOREIGN KEY (event, adapter) REFERENCES events (id, adapter),
            FOREIGN KEY (adapter, from_number) REFERENCES versions (adapter, number),
            FOREIGN KEY (adapter, to_number) REFERENCES versions (adapter, number),
            CHECK (from_number IS NOT to_number)
        ) STRICT;
        CREATE TRIGGER events_stay AFTER UPDATE ON events BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
        CREATE TRIGGER events_last AFTER DELETE ON events BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
        CREATE TRIGGER moves_stay AFTER UPDATE ON alias_moves BEGIN SELECT RAISE(ABORT, 'a move is never changed'); END;
        CREATE TRIGGER moves_last AFTER DELETE ON alias_moves BEGIN SELECT RAISE(ABORT, 'a move is never deleted'); END;
        """

    private static let aliases = """
        CREATE TABLE aliases (
            adapter TEXT NOT NULL,
            alias TEXT NOT NULL,
            number INTEGER NOT NULL,
            event INTEGER NOT NULL REFERENCES events (id),
            PRIMARY KEY (adapter, alias),
            FOREIGN KEY (adapter, number) REFERENCES versions (adapter, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER moves_move AFTER INSERT ON alias_moves BEGIN
            SELECT RAISE(ABORT, 'the alias stands elsewhere') WHERE NEW.from_number IS NOT
                (SELECT number FROM aliases WHERE adapter = NEW.adapter AND alias = NEW.alias);
            DELETE FROM aliases WHERE adapter = NEW.adapter AND alias = NEW.alias;
            INSERT INTO aliases (adapter, alias, number, event)
                SELECT NEW.adapter, NEW.alias, NEW.to_number, NEW.event WHERE NEW.to_number IS NOT NULL;
        END;
        """

    private static let evidence = """
        CREATE TABLE measurements (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL CHECK (length(kind) > 0),
            subject TEXT NOT NULL CHECK (length(subject) = 64),
            conditions TEXT NOT NULL CHECK (length(conditions) = 64),
            adapter TEXT NOT NULL,
            result TEXT NOT NULL CHECK (json_valid(result)),
            at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX measurements_by_key ON measurements (kind, subject, conditions, id);
        CREATE TABLE decisions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            adapter TEXT NOT NULL,
            question TEXT NOT NULL CHECK (question IN ('should_finetune', 'admit', 'promote', 'retrain')),
            answer TEXT NOT NULL CHECK (length(answer) > 0),
            verdict TEXT NOT NULL CHECK (json_valid(verdict)),
            at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX decisions_of_adapter ON decisions (adapter, id);
        """
}
