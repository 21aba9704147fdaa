/// The sixth schema. What a catalogue shows of each adapter is one row, which follows from the others': to gather it from tens of thousands of
/// versions, aliases and runs took half of the time of a `list`. A later schema that makes one of those tables anew makes its triggers anew.
enum GlancesOfAdapters {
    static let statements = [table, versions, aliases, runs, triggers]

    private static let table = """
        CREATE TABLE glances (
            adapter TEXT PRIMARY KEY NOT NULL,
            latest INTEGER,
            production INTEGER,
            candidate INTEGER,
            last_run INTEGER,
            run_state TEXT,
            run_version INTEGER,
            run_started_at INTEGER,
            CHECK ((last_run IS NULL) = (run_state IS NULL) AND (last_run IS NULL) = (run_started_at IS NULL))
        ) STRICT, WITHOUT ROWID;
        """

    private static let versions = """
        INSERT INTO glances (adapter, latest) SELECT adapter, max(number) FROM versions GROUP BY adapter;
        """

    private static let aliases = """
        INSERT INTO glances (adapter, production, candidate)
            SELECT adapter, max(iif(alias = 'production', number, NULL)), max(iif(alias = 'candidate', number, NULL))
            FROM aliases WHERE true GROUP BY adapter
            ON CONFLICT DO UPDATE SET production = excluded.production, candidate = excluded.candidate;
        """

    private static let runs = """
        INSERT INTO glances (adapter, last_run, run_state, run_version, run_started_at)
            SELECT adapter, max(id), state, version, started_at FROM runs WHERE true GROUP BY adapter
            ON CONFLICT DO UPDATE SET last_run = excluded.last_run, run_state = excluded.run_state,
                run_version = excluded.run_version, run_started_at = excluded.run_started_at;
        """

    private static let triggers = """
        CREATE TRIGGER glance_at_version AFTER INSERT ON versions BEGIN
            INSERT INTO glances (adapter, latest) VALUES (NEW.adapter, NEW.number)
                ON CONFLICT DO UPDATE SET latest = max(coalesce(latest, 0), excluded.latest);
        END;
        CREATE TRIGGER glance_at_alias AFTER INSERT ON aliases WHEN NEW.alias IN ('production', 'candidate') BEGIN
            INSERT INTO glances (adapter) VALUES (NEW.adapter) ON CONFLICT DO NOTHING;
            UPDATE glances SET production = iif(NEW.alias = 'production', NEW.number, production),
                candidate = iif(NEW.alias = 'candidate', NEW.number, candidate) WHERE adapter = NEW.adapter;
        END;
        CREATE TRIGGER glance_after_alias AFTER DELETE ON aliases WHEN OLD.alias IN ('production', 'candidate') BEGIN
            UPDATE glances SET production = iif(OLD.alias = 'production', NULL, production),
                candidate = iif(OLD.alias = 'candidate', NULL, candidate) WHERE adapter = OLD.adapter;
        END;
        CREATE TRIGGER glance_at_run AFTER INSERT ON runs BEGIN
            INSERT INTO glances (adapter) VALUES (NEW.adapter) ON CONFLICT DO NOTHING;
            UPDATE glances SET last_run = NEW.id, run_state = NEW.state, run_version = NEW.version,
                run_started_at = NEW.started_at WHERE adapter = NEW.adapter AND coalesce(last_run, 0) < NEW.id;
        END;
        CREATE TRIGGER glance_at_end_of_run AFTER UPDATE ON runs BEGIN
            UPDATE glances SET run_state = NEW.state, run_version = NEW.version, run_started_at = NEW.started_at
                WHERE adapter = NEW.adapter AND last_run = NEW.id;
        END;
        """
}
