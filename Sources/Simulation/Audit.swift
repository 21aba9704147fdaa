import Adapters
import Foundation
import Policies

/// Says from the policy's numbers alone, by a calendar of its own, whether an adapter must be due: a second opinion on the planner.
struct Audit {
    private let rules: RetrainingRules
    let unattended: UnattendedRules
    private let start: CivilDate
    /// Year, month and day of each simulated day and of two years more.
    private let dates: [(year: Int, month: Int, day: Int)]
    /// The first simulated day of each month, by 12 · year + month.
    private let firsts: [Int: Int]

    init(_ policy: Policy, from start: CivilDate, days: Int) {
        rules = policy.retraining
        unattended = policy.unattended
        self.start = start
        var (date, dates, firsts) = ((year: start.year, month: start.month, day: start.day), [(Int, Int, Int)](), [Int: Int]())
        for index in 0..<days + 1_100 {
            dates.append((date.year, date.month, date.day))
            let month = 12 * date.year + date.month
            if firsts[month] == nil { firsts[month] = index - date.day + 1 }
            date.day += 1
            guard date.day > Self.length(date.month, date.year) else { continue }
            (date.day, date.month) = (1, date.month + 1)
            if date.month == 13 { (date.month, date.year) = (1, date.year + 1) }
        }
        self.dates = dates.map { (year: $0.0, month: $0.1, day: $0.2) }
        self.firsts = firsts
    }

    private static func length(_ month: Int, _ year: Int) -> Int {
        let isLeap = year % 400 == 0 || year % 4 == 0 && year % 100 != 0
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private func day(_ day: Int, plus span: CalendarSpan) -> Int {
        guard let months = span.months else { return day + (span.days ?? 0) }
        let date = dates[day]
        let month = 12 * date.year + date.month - 1 + months
        let (year, number) = (month / 12, month % 12 + 1)
        // beyond the table it is not due within the simulation
        guard let first = firsts[12 * year + number] else { return .max }
        return first + min(date.day, Self.length(number, year)) - 1
    }

    /// Whether the check of a day must find it due.
    ///
    /// - Parameter release: what is in service; nil before the first training.
    func isDue(
        _ release: KeptAdapter.Release?, measured: MeasuredRate?, examples: Int, base: Set<BaseChange>, isPinned: Bool,
        on day: Int,
        secondOfCheck: Int
    ) -> Bool {
        guard let release else { return true }
        func hasCome(_ span: CalendarSpan) -> Bool {
            let moment = self.day(release.trainedDay, plus: span)
            return day > moment || day == moment && secondOfCheck >= release.trainedAt.secondOfDay
        }
        if hasCome(rules.closes) { return true }
        let isOpen = hasCome(rules.opens)
        for change in base {
            switch rules.reactions[change] {
            case .breaking: return true
            case .breakingWhenFloating where !isPinned || isOpen: return true
            case .inWindow where isOpen: return true
            default: continue
            }
        }
        guard isOpen else { return false }
        let grown = Double(examples) - Double(release.examples) * (1 + rules.dataGrowth)
        if examples > release.examples, grown > -1e-6 { return true }
        guard let measured else { return false }
        return measured.value > release.error.value && measured.value - release.error.value > rules.metricDecay - 1e-9
            && isNoChance(release.error, measured)
    }

    /// Whether a policy lets a training begin after so many failures, the last of which ended on a day.
    func mayBegin(after attempts: AttemptFacts, failedOn failed: Int?, now: Timestamp) -> Bool {
        guard let failed, attempts.failed > 0, let ended = attempts.lastEnded, !attempts.isUnderWay else { return true }
        guard attempts.failed < unattended.attempts else { return false }
        // 1, 2, 4 … of the policy's spans, a span at a time
        var day = failed
        for _ in 0..<(1 << (attempts.failed - 1)) { day = self.day(day, plus: unattended.retryAfter) }
        let today = now.date.daysSinceEpoch - start.daysSinceEpoch
        return today > day || today == day && now.secondOfDay >= ended.secondOfDay
    }

    /// The square of the pooled z against its quantile, without the planner's test.
    private func isNoChance(_ old: MeasuredRate, _ new: MeasuredRate) -> Bool {
        guard let level = rules.decaySignificance, let n = old.sampleSize.map(Double.init),
            let m = new.sampleSize.map(Double.init)
        else { return true }
        let rise = new.value - old.value
        let errors = old.value * n + new.value * m
        let variance = errors * (n + m - errors) / (n * m * (n + m))
        return erfc(rise / (2 * variance).squareRoot()) / 2 <= level
    }
}
