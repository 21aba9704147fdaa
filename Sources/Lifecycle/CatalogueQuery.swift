import Adapters
import Foundation
import Policies
import Registry
import StrictJSON

/// Which adapters a catalogue shows, and in which order.
public struct CatalogueQuery: Sendable, Hashable {
    /// What entries can be ordered by; what an entry lacks comes last.
    public enum Key: String, Sendable, Hashable, CaseIterable {
        case name, base, owner, task, metric, horizon, latest, production, candidate, trained, error, due
        case lastRun = "last-run"

        /// Whether it is read from what is recorded of versions, which for thousands takes its time.
        var needsVersions: Bool { self == .trained || self == .error }
    }

    public var base: String?
    public var owner: String?
    /// A part of the task's sentence, in upper or lower case.
    public var task: String?
    /// What rests or is given up is shown when it is asked for.
    public var states: Set<AdapterState> = [.active]
    public var onlyDue = false
    public var key: Key?
    public var isDescending = false

    public init() {}

    func wants(_ declaration: AdapterDeclaration) -> Bool {
        (base.map { declaration.base.text == $0 } ?? true) && (owner.map { declaration.owner == $0 } ?? true)
            && (task.map { declaration.task.range(of: $0, options: .caseInsensitive) != nil } ?? true)
    }

    /// Whether anything of the maintenance plan is asked for, which takes a look at every base.
    var needsPlan: Bool { onlyDue || key == .due }
}

extension Catalogue {
    /// The entries that a query asks for, in its order.
    public func answering(_ query: CatalogueQuery) -> Catalogue {
        var entries = entries.filter { query.states.contains($0.state) && (!query.onlyDue || $0.maintenance?.isDue == true) }
        if let key = query.key {
            let ordered = entries.filter { $0.place(by: key) != nil }.map { (entry: $0, place: $0.place(by: key)) }
                .sorted { first, second in
                    guard let own = first.place, let other = second.place, own != other else {
                        return first.entry.declaration.name < second.entry.declaration.name
                    }
                    return query.isDescending ? other < own : own < other
                }.map(\.entry)
            entries = ordered + entries.filter { $0.place(by: key) == nil }
        }
        return Catalogue(entries: entries, faults: faults)
    }
}

/// What an entry is ordered by: a number or a text.
private enum CataloguePlace: Comparable {
    case number(Double)
    case text(String)
}

extension Catalogue.Entry {
    /// When the latest version was trained.
    public var trained: Timestamp? { versions?.last?.lineage.finishedAt }
    /// The error of the version in production, else of the latest, when it was released.
    public var error: MeasuredRate? {
        (versions?.last { $0.aliases.contains(.production) } ?? versions?.last)?.lineage.error
    }

    fileprivate func place(by key: CatalogueQuery.Key) -> CataloguePlace? {
        func number(_ version: VersionID?) -> CataloguePlace? { version.map { .number(Double($0.number)) } }
        func time(_ time: Timestamp?) -> CataloguePlace? { time.map { .number(Double($0.secondsSinceEpoch)) } }
        return switch key {
        case .name: .text(declaration.name.text)
        case .base: .text(declaration.base.text)
        case .owner: .text(declaration.owner)
        case .task: .text(declaration.task)
        case .metric: .text(declaration.metric.rawValue)
        // as long as it reaches from one fixed moment
        case .horizon: time(Timestamp(secondsSinceEpoch: 0).adding(declaration.horizon))
        case .latest: number(glance.latest)
        case .production: number(glance.aliases[.production])
        case .candidate: number(glance.aliases[.candidate])
        case .trained: time(trained)
        case .error: error.map { .number($0.value) }
        case .due: time(maintenance?.nextDue)
        case .lastRun: time(glance.lastRun?.startedAt)
        }
    }
}
