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

    /// Whether anything of the maintenance plan is asked for, which takes a look at every base.
    var needsPlan: Bool { onlyDue || key == .due }
}

/// What a query asks of declarations, made ready for thousands of them.
struct CatalogueFilter: Sendable {
    private let query: CatalogueQuery
    /// A task that is asked for, in lower case; nil where there is none, or one that is not ASCII.
    private let task: [UInt8]?

    init(_ query: CatalogueQuery) {
        self.query = query
        task = query.task.flatMap { $0.isASCII ? $0.utf8.map(\.lowercasedASCII) : nil }
    }

    func wants(_ declaration: DeclarationSummary) -> Bool {
        (query.base.map { declaration.base.text == $0 } ?? true) && (query.owner.map { declaration.owner == $0 } ?? true)
            && (query.task.map { declaration.task.holds($0, task) } ?? true)
    }
}

extension Catalogue {
    /// Of entries by name, in states and with declarations that a query asks for, those that are due if it asks for that, in its order.
    func answering(_ query: CatalogueQuery) -> Catalogue {
        var entries = query.onlyDue ? entries.filter { $0.maintenance?.isDue == true } : entries
        if let key = query.key {
            let order =
                key.isText
                ? Self.order(entries.map { $0.text(by: key) }, isDescending: query.isDescending)
                : Self.order(entries.map { $0.number(by: key) }, isDescending: query.isDescending)
            entries = order.map { entries[$0] }
        }
        return Catalogue(entries: entries, faults: faults)
    }

    /// The places of values in their order. What comes first now comes first of equals, and what has no value comes last.
    private static func order<Value: Comparable>(_ values: [Value?], isDescending: Bool) -> [Int] {
        let known = values.enumerated().compactMap { place, value in value.map { (value: $0, place: place) } }
        let order = known.sorted { first, second in
            guard first.value != second.value else { return first.place < second.place }
            return isDescending ? second.value < first.value : first.value < second.value
        }
        return order.map(\.place) + values.indices.filter { values[$0] == nil }
    }
}

extension String {
    fileprivate var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }

    /// Whether a part of it is the other text, in upper or lower case.
    ///
    /// - Parameter wanted: the other text in lower case, if it is ASCII.
    fileprivate func holds(_ part: String, _ wanted: [UInt8]?) -> Bool {
        // of thousands of tasks, nearly all are ASCII
        let isFound: Bool? =
            utf8.withContiguousStorageIfAvailable { text in
                guard let wanted, text.allSatisfy({ $0 < 0x80 }) else { return nil }
                guard wanted.count <= text.count else { return false }
                return (0...(text.count - wanted.count)).contains { start in
                    wanted.indices.allSatisfy { text[start + $0].lowercasedASCII == wanted[$0] }
                }
            } ?? nil
        return isFound ?? (range(of: part, options: .caseInsensitive) != nil)
    }
}

extension UInt8 {
    fileprivate var lowercasedASCII: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}

extension CatalogueQuery.Key {
    fileprivate var isText: Bool {
        switch self {
        case .name, .base, .owner, .task, .metric: true
        case .horizon, .latest, .production, .candidate, .trained, .error, .due, .lastRun: false
        }
    }
}

extension Catalogue.Entry {
    /// When the latest version was trained.
    public var trained: Timestamp? { versions?.last?.lineage.finishedAt }
    /// The error of the version in production, else of the latest, when it was released.
    public var error: MeasuredRate? {
        (versions?.last { $0.aliases.contains(.production) } ?? versions?.last)?.lineage.error
    }

    fileprivate func text(by key: CatalogueQuery.Key) -> String? {
        switch key {
        case .name: declaration.name.text
        case .base: declaration.base.text
        case .owner: declaration.owner
        case .task: declaration.task
        case .metric: declaration.metric.rawValue
        case .horizon, .latest, .production, .candidate, .trained, .error, .due, .lastRun: nil
        }
    }

    fileprivate func number(by key: CatalogueQuery.Key) -> Double? {
        func time(_ time: Timestamp?) -> Double? { time.map { Double($0.secondsSinceEpoch) } }
        return switch key {
        case .name, .base, .owner, .task, .metric: nil
        // as long as it reaches from one fixed moment
        case .horizon: time(Timestamp(secondsSinceEpoch: 0).adding(declaration.horizon))
        case .latest: glance.latest.map(Double.init)
        case .production: glance.production.map(Double.init)
        case .candidate: glance.candidate.map(Double.init)
        case .trained: time(trained)
        case .error: error?.value
        case .due: time(maintenance?.nextDue)
        case .lastRun: time(glance.lastRun?.startedAt)
        }
    }
}
