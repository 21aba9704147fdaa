/// The seventh schema. Which questions there are is for the program to say, not for the index: each new one would need a new table.
enum DecisionsOnAnyQuestion {
    static let statement = """
        ALTER TABLE decisions RENAME TO decisions_6;
        CREATE TABLE decisions (
            adapter TEXT NOT NULL,
            id INTEGER NOT NULL CHECK (id > 0),
            question TEXT NOT NULL CHECK (length(question) > 0),
            answer TEXT NOT NULL CHECK (length(answer) > 0),
            verdict TEXT NOT NULL CHECK (json_valid(verdict)),
            at INTEGER NOT NULL,
            PRIMARY KEY (adapter, id)
        ) STRICT;
        INSERT INTO decisions (adapter, id, question, answer, verdict, at)
            SELECT adapter, id, question, answer, verdict, at FROM decisions_6;
        DROP TABLE decisions_6;
        CREATE INDEX decisions_by_question ON decisions (question, at);
        """
}
