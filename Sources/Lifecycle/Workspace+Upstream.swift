import Adapters
import Registry

extension Workspace {
    /// What the last look at the hub and the list of ends of life say of a base; nil when both say nothing and none was owed.
    func upstreamFacts(of base: BaseDeclaration, _ news: BaseNews) -> UpstreamFacts? {
        let (record, end) = (registry.upstream(of: base), news.endOfLife(of: base))
        let written = news.newer(than: base)
        let newer = written + (record?.newer ?? []).filter { !written.contains($0) }
        guard record != nil || end != nil || base.follows != nil || !newer.isEmpty else { return nil }
        return UpstreamFacts(
            lookedAt: record?.lookedAt, changes: record?.changes ?? [:], newer: newer, endOfLife: end,
            isWatched: base.follows != nil)
    }
}
