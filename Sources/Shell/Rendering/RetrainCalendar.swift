import Policies
import Schedules

/// When each adapter is due, as a list by date and as a calendar.
enum RetrainCalendar {
    static func lines(_ plan: MaintenancePlan) -> [String] {
        let cases = sorted(plan)
        let width = cases.map { title($0).count }.max() ?? 0
        return ["Due if nothing else happens, as of \(plan.now):"]
            + cases.map { item in
                "  \(item.nextDue.date)  \(title(item).padding(toLength: width, withPad: " ", startingAt: 0))  \(why(item))"
            }
            + MaintenanceWords.unjudged(plan)
    }

    static func text(_ plan: MaintenancePlan) -> String {
        ICalendar(
            sorted(plan).map { item in
                ICalendar.Event(
                    id: "retrain-\(item.facts.adapter)-\(item.window?.closes.date.description ?? "first")@lora-keeper",
                    day: item.nextDue.date, title: "Retrain \(item.facts.adapter)", notes: why(item))
            }, stamp: plan.now
        ).text
    }

    private static func sorted(_ plan: MaintenancePlan) -> [RetrainCase] {
        plan.cases.sorted { ($0.nextDue, $0.facts.adapter) < ($1.nextDue, $1.facts.adapter) }
    }

    private static func title(_ item: RetrainCase) -> String { item.facts.version.map { "\($0)" } ?? "\(item.facts.adapter)" }

    private static func why(_ item: RetrainCase) -> String {
        if item.isDue { return "due: \(item.reasons.map(\.words).joined(separator: " "))" }
        guard let window = item.window else { return "" }
        if item.pending.isEmpty { return "the window opens on \(window.opens.date) and closes then" }
        return "the window opens then: \(item.pending.map(\.words).joined(separator: " "))"
    }
}
