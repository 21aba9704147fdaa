import Adapters

/// What the hub and the list of ends of life say, by the last look.
///
/// A retraining on the same base mends none of it, so each is a reason once: while it was seen after the last training. From then on it is
/// only noticed, until somebody pins another base.
extension AdapterFacts {
    func upstreamReasons(now: Timestamp) -> [RetrainReason] {
        guard let upstream, let windowStart else { return [] }
        let changes = freshChanges(upstream, after: windowStart).map { change in
            RetrainReason.upstreamChanged(change, lookedAt: upstream.lookedAt ?? now, daysAgo: Self.days(upstream.lookedAt, now))
        }
        let end = upstream.endOfLife.flatMap { end in
            end.moment.map { $0 <= now && $0 > windowStart } == true ? RetrainReason.endOfLife(end) : nil
        }
        return changes + [end].compactMap(\.self)
    }

    private func freshChanges(_ upstream: UpstreamFacts, after start: Timestamp) -> [BaseChange] {
        Set(upstream.changes.filter { $0.value > start }.keys).subtracting(baseChanges).inOrder
    }

    /// When the end of life, which lies ahead, will make a retraining due.
    func ending(_ rules: RetrainingRules, opens: Timestamp, now: Timestamp) -> Timestamp? {
        guard let moment = upstream?.endOfLife?.moment, moment > now else { return nil }
        switch (rules.reactions[.endOfLife] ?? .inWindow).settled(isFloating: baseIsFloating) {
        case .ignore: return nil
        case .breaking: return moment
        case .inWindow, .breakingWhenFloating: return max(moment, opens)
        }
    }

    /// What is known and makes nothing due by itself.
    func upstreamNews(now: Timestamp) -> [String] {
        guard let upstream else { return [] }
        let old = windowStart.map { start in
            Set(upstream.changes.filter { $0.value <= start }.keys).subtracting(baseChanges + [.cosmetic]).inOrder
        }
        let end = upstream.endOfLife.flatMap { end -> String? in
            guard let moment = end.moment, moment > now || windowStart.map({ moment <= $0 }) ?? true else { return nil }
            return "base: \(end.words)"
        }
        let newer = upstream.newer.isEmpty ? nil : "base: newer ones of its family: \(upstream.newer.joined(separator: ", "))"
        return (old ?? []).map { "base: on the hub it is another since before the last training: \($0.words)" }
            + [end, newer].compactMap(\.self)
    }

    /// Looks that are owed.
    func unwatched(now: Timestamp) -> [String] {
        guard let upstream, upstream.isWatched else { return [] }
        guard let lookedAt = upstream.lookedAt else { return ["hub: never looked at; `lora base check` does"] }
        let days = Self.days(lookedAt, now)
        return days > 31 ? ["hub: last looked at on \(lookedAt.date), \(counted(days, "day")) ago"] : []
    }

    private static func days(_ moment: Timestamp?, _ now: Timestamp) -> Int {
        moment.map { max(0, (now.secondsSinceEpoch - $0.secondsSinceEpoch) / 86_400) } ?? 0
    }
}

extension EndOfLife {
    /// Without a point.
    public var words: String {
        "The base \(base) is at its end of life from \(on)\(because.map { " (\($0))" } ?? "")"
            + (successor.map { "; its successor is \($0)" } ?? "")
    }
}
