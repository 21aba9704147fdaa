-- The index as its sixth schema left it: what the third one held.
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
INSERT INTO "alias_moves" VALUES('ticket-router',1,'candidate',NULL,1);
INSERT INTO "alias_moves" VALUES('greeter',2,'candidate',NULL,1);
INSERT INTO "alias_moves" VALUES('ticket-router',3,'production',NULL,1);
INSERT INTO "alias_moves" VALUES('ticket-router',4,'candidate',1,2);
INSERT INTO "alias_moves" VALUES('ticket-router',5,'production',1,2);
INSERT INTO "alias_moves" VALUES('ticket-router',5,'previous',NULL,1);
INSERT INTO "alias_moves" VALUES('ticket-router',6,'production',2,1);
INSERT INTO "alias_moves" VALUES('ticket-router',6,'previous',1,NULL);
CREATE TABLE aliases (
    adapter TEXT NOT NULL,
    alias TEXT NOT NULL,
    number INTEGER NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY (adapter, alias),
    FOREIGN KEY (adapter, event) REFERENCES events (adapter, id),
    FOREIGN KEY (adapter, number) REFERENCES versions (adapter, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "aliases" VALUES('greeter','candidate',1,2);
INSERT INTO "aliases" VALUES('ticket-router','candidate',2,4);
INSERT INTO "aliases" VALUES('ticket-router','production',1,6);
CREATE TABLE decisions (
    adapter TEXT NOT NULL,
    id INTEGER NOT NULL CHECK (id > 0),
    question TEXT NOT NULL CHECK (question IN ('should_finetune', 'admit', 'promote', 'retrain')),
    answer TEXT NOT NULL CHECK (length(answer) > 0),
    verdict TEXT NOT NULL CHECK (json_valid(verdict)),
    at INTEGER NOT NULL,
    PRIMARY KEY (adapter, id)
) STRICT;
INSERT INTO "decisions" VALUES('ticket-router',1,'should_finetune','yes','{"verdict":"yes"}',1789999990);
CREATE TABLE "events" (
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
INSERT INTO "events" VALUES('ticket-router',1,'admitted',1,1790000091,'Ada Marin <ada@example.org>','passed the gate',0,NULL);
INSERT INTO "events" VALUES('greeter',2,'admitted',1,1790000191,'Ada Marin <ada@example.org>','passed the gate',0,NULL);
INSERT INTO "events" VALUES('ticket-router',3,'promoted',1,1790000200,'Ada Marin <ada@example.org>','first',0,NULL);
INSERT INTO "events" VALUES('ticket-router',4,'admitted',2,1790000391,'Ada Marin <ada@example.org>','passed the gate',0,NULL);
INSERT INTO "events" VALUES('ticket-router',5,'promoted',2,1790000400,'Ada Marin <ada@example.org>','better',0,NULL);
INSERT INTO "events" VALUES('ticket-router',6,'rolled_back',1,1790000500,'Ada Marin <ada@example.org>','misroutes refunds',0,NULL);
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('1 runs, versions, aliases, evidence');
INSERT INTO "grdb_migrations" VALUES('2 journals, numbers of each adapter');
INSERT INTO "grdb_migrations" VALUES('3 adopted versions');
INSERT INTO "grdb_migrations" VALUES('4 states of adapters, forced moves');
INSERT INTO "grdb_migrations" VALUES('5 runs at a glance');
INSERT INTO "grdb_migrations" VALUES('6 glances at adapters');
CREATE TABLE journals (
    adapter TEXT NOT NULL PRIMARY KEY CHECK (length(adapter) BETWEEN 1 AND 64),
    position TEXT NOT NULL CHECK (length(position) = 40)
) STRICT, WITHOUT ROWID;
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
INSERT INTO "measurements" VALUES('ticket-router',1,'base_error','043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89','2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6','{"errors":70}',1790000001);
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
INSERT INTO "runs" VALUES('ticket-router',1,'{"name":"demo-base","revision":null,"digest":"sha256:cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2"}','cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2','{"id":"ds-bca4805e","digest":"sha256:bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d","train":{"digest":"sha256:37a2713360d745f46c00b3a948dde7f5a019479daca6423131a7ecefa9beafeb","rows":600},"held_out":{"digest":"sha256:ee7cef6caf5c20b1092009bf29da000effae83d5ad9aaed6ff1899223ff7f3b2","rows":120}}','bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d','{"seed":1,"max_steps":60}','64879f7d6b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525',1790000000,'finished',1790000090,1,NULL);
INSERT INTO "runs" VALUES('greeter',2,'{"name":"demo-base","revision":null,"digest":"sha256:cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2"}','cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2','{"id":"ds-bca4805e","digest":"sha256:bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d","train":{"digest":"sha256:37a2713360d745f46c00b3a948dde7f5a019479daca6423131a7ecefa9beafeb","rows":600},"held_out":{"digest":"sha256:ee7cef6caf5c20b1092009bf29da000effae83d5ad9aaed6ff1899223ff7f3b2","rows":120}}','bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d','{"seed":1,"max_steps":60}','64879f7d6b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525',1790000100,'failed',1790000120,NULL,'no space');
INSERT INTO "runs" VALUES('greeter',3,'{"name":"demo-base","revision":null,"digest":"sha256:cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2"}','cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2','{"id":"ds-bca4805e","digest":"sha256:bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d","train":{"digest":"sha256:37a2713360d745f46c00b3a948dde7f5a019479daca6423131a7ecefa9beafeb","rows":600},"held_out":{"digest":"sha256:ee7cef6caf5c20b1092009bf29da000effae83d5ad9aaed6ff1899223ff7f3b2","rows":120}}','bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d','{"seed":1,"max_steps":60}','64879f7d6b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525',1790000130,'finished',1790000190,1,NULL);
INSERT INTO "runs" VALUES('ticket-router',4,'{"name":"demo-base","revision":null,"digest":"sha256:cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2"}','cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2','{"id":"ds-bca4805e","digest":"sha256:bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d","train":{"digest":"sha256:37a2713360d745f46c00b3a948dde7f5a019479daca6423131a7ecefa9beafeb","rows":600},"held_out":{"digest":"sha256:ee7cef6caf5c20b1092009bf29da000effae83d5ad9aaed6ff1899223ff7f3b2","rows":120}}','bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d','{"seed":1,"max_steps":60}','64879f7d6b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525',1790000300,'finished',1790000390,2,NULL);
INSERT INTO "runs" VALUES('ticket-router',5,'{"name":"demo-base","revision":null,"digest":"sha256:cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2"}','cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2','{"id":"ds-bca4805e","digest":"sha256:bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d","train":{"digest":"sha256:37a2713360d745f46c00b3a948dde7f5a019479daca6423131a7ecefa9beafeb","rows":600},"held_out":{"digest":"sha256:ee7cef6caf5c20b1092009bf29da000effae83d5ad9aaed6ff1899223ff7f3b2","rows":120}}','bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d','{"seed":1,"max_steps":60}','64879f7d6b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525',1790000600,'interrupted',1790000610,NULL,'stopped on request');
CREATE TABLE "versions" (
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
INSERT INTO "versions" VALUES('ticket-router',1,'36583a0773376cf9553e2cdcb9008c91d10a27db','{"schema":"lora.lineage/1","version":"ticket-router@v1","parent":null,"run":"run-1","base":{"name":"demo-base","revision":null,"digest":"sha256:cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2"},"dataset":{"id":"ds-bca4805e","digest":"sha256:bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d","train":{"digest":"sha256:37a2713360d745f46c00b3a948dde7f5a019479daca6423131a7ecefa9beafeb","rows":600},"held_out":{"digest":"sha256:ee7cef6caf5c20b1092009bf29da000effae83d5ad9aaed6ff1899223ff7f3b2","rows":120}},"plan":{"seed":1,"max_steps":60},"plan_digest":"sha256:64879f7d6b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525","stop_reason":null,"metrics":{"error":0.0625},"started_at":"2026-09-21T14:13:20Z","finished_at":"2026-09-21T14:14:50Z","made_by":"lora-keeper 0.1.0"}','cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2','bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d',1790000090);
INSERT INTO "versions" VALUES('greeter',1,'84425f3679b9c826c0304a60a64482809bf11936','{"schema":"lora.lineage/1","version":"greeter@v1","parent":null,"run":"run-3","base":{"name":"demo-base","revision":null,"digest":"sha256:cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2"},"dataset":{"id":"ds-bca4805e","digest":"sha256:bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d","train":{"digest":"sha256:37a2713360d745f46c00b3a948dde7f5a019479daca6423131a7ecefa9beafeb","rows":600},"held_out":{"digest":"sha256:ee7cef6caf5c20b1092009bf29da000effae83d5ad9aaed6ff1899223ff7f3b2","rows":120}},"plan":{"seed":1,"max_steps":60},"plan_digest":"sha256:64879f7d6b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525","stop_reason":null,"metrics":{"error":0.0625},"started_at":"2026-09-21T14:15:00Z","finished_at":"2026-09-21T14:16:30Z","made_by":"lora-keeper 0.1.0"}','cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2','bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d',1790000190);
INSERT INTO "versions" VALUES('ticket-router',2,'35f21cbfe7c0b3f7dddff87a9157f8a609390c52','{"schema":"lora.lineage/1","version":"ticket-router@v2","parent":null,"run":"run-4","base":{"name":"demo-base","revision":null,"digest":"sha256:cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2"},"dataset":{"id":"ds-bca4805e","digest":"sha256:bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d","train":{"digest":"sha256:37a2713360d745f46c00b3a948dde7f5a019479daca6423131a7ecefa9beafeb","rows":600},"held_out":{"digest":"sha256:ee7cef6caf5c20b1092009bf29da000effae83d5ad9aaed6ff1899223ff7f3b2","rows":120}},"plan":{"seed":1,"max_steps":60},"plan_digest":"sha256:64879f7d6b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525","stop_reason":null,"metrics":{"error":0.0625},"started_at":"2026-09-21T14:18:20Z","finished_at":"2026-09-21T14:19:50Z","made_by":"lora-keeper 0.1.0"}','cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2','bca4805ecee76faa989b618269bffbdebbe8a2b94f8a91549d71b2e1d4685f3d',1790000390);
CREATE UNIQUE INDEX one_run_at_a_time ON runs (adapter) WHERE state = 'started';
CREATE INDEX runs_at_a_glance ON runs (adapter, id, state, version, started_at);
CREATE INDEX measurements_by_key ON measurements (kind, subject, conditions, at);
CREATE INDEX events_of_whole_adapters ON events (adapter, id) WHERE number IS NULL;
CREATE UNIQUE INDEX pruned_versions ON events (adapter, number) WHERE kind = 'pruned';
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
INSERT INTO "glances" VALUES('greeter',1,NULL,1,3,'finished',1,1790000130);
INSERT INTO "glances" VALUES('ticket-router',2,1,2,5,'interrupted',NULL,1790000600);
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
