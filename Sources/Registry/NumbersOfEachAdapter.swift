/// The second schema. Runs, events, measurements and decisions count from 1 within their adapter, so that an adapter's journal means the
/// same in every registry; rows of the first schema keep their numbers. `journals` says how far each journal has been read.
enum NumbersOfEachAdapter {
    static let statements = [setAside, runs, events, aliases, evidence, copies, journals]

    private static let setAside = """
        DROP TRIGGER moves_move; DROP TRIGGER moves_stay; DROP TRIGGER moves_last; DROP TRIGGER events_stay; DROP TRIGGER events_last;
        DROP INDEX runs_of_adapter; DROP INDEX one_run_at_a_time; DROP INDEX events_of_adapter;
        DROP INDEX measurements_by_key; DROP INDEX decisions_of_adapter;
        ALTER TABLE aliases RENAME TO aliases_1; ALTER TABLE alias_moves RENAME TO alias_moves_1;
        ALTER TABLE events RENAME TO events_1; ALTER TABLE runs RENAME TO runs_1;
        ALTER TABLE measurements RENAME TO measurements_1; ALTER TABLE decisions RENAME TO decisions_1;
        """

    private static let runs = """
        CREATE TABLE runs (
            adapter TEXT NOT NULL CHECK (length(adapter) BETWEEN 1 AND 64),
            id INTEGER NOT NULL CHECK (id > 0),
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
            PRIMARY KEY (adapter, id),
            CHECK ((state = 'started') = (ended_at IS NULL)),
            CHECK (version IS NULL OR (state = 'finished' AND reason IS NULL)),
            CHECK (state = 'started' OR version IS NOT NULL OR reason IS NOT NULL)
        ) STRICT;
        CREATE UNIQUE INDEX one_run_at_a_time ON runs (adapter) WHERE state = 'started';
        """

    private static let events = """
        CREATE TABLE events (
            adapter TEXT NOT NULL,
            id INTEGER NOT NULL CHECK (id > 0),
            kind TEXT NOT NULL CHECK (kind IN ('admitted', 'recovered', 'promoted', 'rolled_back')),
            number INTEGER NOT NULL,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL CHECK (length(actor) > 0),
            reason TEXT NOT NULL,
            PRIMARY KEY (adapter, id),
            FOREIGN KEY (adapter, number) REFERENCES versions (adapter, number)
        ) STRICT;
        CREATE TABLE alias_moves (
            adapter TEXT NOT NULL,
            event INTEGER NOT NULL,
            alias TEXT NOT NULL CHECK (length(alias) BETWEEN 1 AND 64),
            from_number INTEGER,
            to_number INTEGER,
            PRIMARY KEY (adapter, event, alias),
            FOREIGN KEY (adapter, event) REFERENCES events (adapter, id),
            FOREIGN KEY (adapter, from_number) REFERENCES versions (adapter, number),
            FOREIGN KEY (adapter, to_number) REFERENCES versions (adapter, number),
            CHECK (from_number IS NOT to_number)
        ) STRICT;
        """

    private static let aliases = """
        CREATE TABLE aliases (
            adapter TEXT NOT NULL,
            alias TEXT NOT NULL,
            number INTEGER NOT NULL,
            event INTEGER NOT NULL,
            PRIMARY KEY (adapter, alias),
            FOREIGN KEY (adapter, event) REFERENCES events (adapter, id),
            FOREIGN KEY (adapter, number) REFERENCES versions (adapter, number)
        ) STRICT, WITHOUT ROWID;
        """

    private static let evidence = """
        CREATE TABLE measurements (
            adapter TEXT NOT NULL,
            id INTEGER NOT NULL CHECK (id > 0),
            kind TEXT NOT NULL CHECK (length(kind) > 0),
            subject TEXT NOT NULL CHECK (length(subject) = 64),
            conditions TEXT NOT NULL CHECK (length(conditions) = 64),
            result TEXT NOT NULL CHECK (json_valid(result)),
            at INTEGER NOT NULL,
            PRIMARY KEY (adapter, id)
        ) STRICT;
        CREATE INDEX measurements_by_key ON measurements (kind, subject, conditions, at);
        CREATE TABLE decisions (
            adapter TEXT NOT NULL,
            id INTEGER NOT NULL CHECK (id > 0),
            question TEXT NOT NULL CHECK (question IN ('should_finetune', 'admit', 'promote', 'retrain')),
            answer TEXT NOT NULL CHECK (length(answer) > 0),
            verdict TEXT NOT NULL CHECK (json_valid(verdict)),
            at INTEGER NOT NULL,
            PRIMARY KEY (adapter, id)
        ) STRICT;
        """

    /// Triggers come after the copies: a move that was made is not made again.
    private static let copies = """
        INSERT INTO runs (adapter, id, base, base_digest, dataset, dataset_digest, plan, plan_digest, started_at, state, ended_at,
            version, reason)
            SELECT adapter, id, base, base_digest, dataset, dataset_digest, plan, plan_digest, started_at, state, ended_at, version,
            reason FROM runs_1;
        INSERT INTO events (adapter, id, kind, number, at, actor, reason)
            SELECT adapter, id, kind, number, at, actor, reason FROM events_1;
        INSERT INTO alias_moves (adapter, event, alias, from_number, to_number)
            SELECT adapter, event, alias, from_number, to_number FROM alias_moves_1;
        INSERT INTO aliases (adapter, alias, number, event) SELECT adapter, alias, number, event FROM aliases_1;
        INSERT INTO measurements (adapter, id, kind, subject, conditions, result, at)
            SELECT adapter, id, kind, subject, conditions, result, at FROM measurements_1;
        INSERT INTO decisions (adapter, id, question, answer, verdict, at)
            SELECT adapter, id, question, answer, verdict, at FROM decisions_1;
        DROP TABLE aliases_1; DROP TABLE alias_moves_1; DROP TABLE events_1; DROP TABLE runs_1; DROP TABLE measurements_1;
        DROP TABLE decisions_1;
        CREATE TRIGGER events_stay AFTER UPDATE ON events BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
        CREATE TRIGGER events_last AFTER DELETE ON events BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
        CREATE TRIGGER moves_stay AFTER UPDATE ON alias_moves BEGIN SELECT RAISE(ABORT, 'a move is never changed'); END;
        CREATE TRIGGER moves_last AFTER DELETE ON alias_moves BEGIN SELECT RAISE(ABORT, 'a move is never deleted'); END;
        CREATE TRIGGER moves_move AFTER INSERT ON alias_moves BEGIN
            SELECT RAISE(ABORT, 'the alias stands elsewhere') WHERE NEW.from_number IS NOT
                (SELECT number FROM aliases WHERE adapter = NEW.adapter AND alias = NEW.alias);
            DELETE FROM aliases WHERE adapter = NEW.adapter AND alias = NEW.alias;
            INSERT INTO aliases (adapter, alias, number, event)
                SELECT NEW.adapter, NEW.alias, NEW.to_number, NEW.event WHERE NEW.to_number IS NOT NULL;
        END;
        """

    private static let journals = """
        CREATE TABLE journals (
            adapter TEXT NOT NULL PRIMARY KEY CHECK (length(adapter) BETWEEN 1 AND 64),
            position TEXT NOT NULL CHECK (length(position) = 40)
        ) STRICT, WITHOUT ROWID;
        """
}
