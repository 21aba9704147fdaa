/// The fifth schema. A run's row is some kilobytes, most of them its plan, and events tell of versions far more often than of states: what a
/// catalogue shows of tens of thousands of them lies in indices of its own.
enum RunsAtAGlance {
    static let statements = """
        CREATE INDEX runs_at_a_glance ON runs (adapter, id, state, version, started_at);
        CREATE INDEX states_at_a_glance ON events (adapter, kind, id) WHERE number IS NULL;
        """
}
