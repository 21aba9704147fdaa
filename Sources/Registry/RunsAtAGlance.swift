/// The fifth schema. A run's row is some kilobytes, most of them its plan: what a catalogue shows of tens of thousands of runs lies in an
/// index of its own.
enum RunsAtAGlance {
    static let statement = "CREATE INDEX runs_at_a_glance ON runs (adapter, id, state, version, started_at)"
}
