import Adapters
import Faults
import Llama
import Registry
import StrictJSON

/// What tells two versions of an adapter apart.
public struct VersionDifference: Sendable {
    /// Something that has another value in the second version; nil where one of them lacks it.
    public struct Change: Sendable, Hashable {
        public let name: String
        public let before: JSONValue?
        public let after: JSONValue?
    }

    public let first: VersionRecord
    public let second: VersionRecord
    public let settings: [Change]
    /// Of what came without them, those that were measured here since.
    public let metrics: [Change]
    /// Which rows their data sets have in common; nil when both are the same, or one is not stored. `unreadData` then says why.
    public let data: DatasetComparison?
    public let unreadData: String?
    /// Nil when the weights cannot be held against each other; `unread` then says why.
    public let weights: [CorrectionChange]?
    public let unread: String?

    public var hasOtherData: Bool { first.lineage.dataset != second.lineage.dataset }
    public var hasOtherBase: Bool { first.lineage.base != second.lineage.base }

    public var json: JSONValue {
        [
            "schema": "lora.diff/1", "first": .string("\(first.version)"), "second": .string("\(second.version)"),
            "settings": .array(settings.map(\.json)), "metrics": .array(metrics.map(\.json)),
            "dataset": [first.lineage.dataset?.json ?? .null, second.lineage.dataset?.json ?? .null],
            "rows": data?.json["splits"] ?? .null, "rows_unread": unreadData.map { .string($0) } ?? .null,
            "base": [first.lineage.base.json, second.lineage.base.json],
            "weights": weights.map { .array($0.map(\.json)) } ?? .null, "weights_unread": unread.map { .string($0) } ?? .null,
        ]
    }
}

extension Workspace {
    /// - Parameters:
    ///   - text: the version that is compared, `name@v2` or `name@alias`; a bare name means what is in production.
    ///   - other: the one it is compared with, of any adapter; nil for the adapter's candidate.
    public func difference(_ text: String, _ other: String?) throws -> VersionDifference {
        let before = try version(text, otherwise: .production)
        let after = try version(other ?? before.version.adapter.text, otherwise: .candidate)
        let outcome = Result { try weights(before, after) }
        let (compared, unread): ([CorrectionChange]?, String?) =
            switch outcome {
            case .success(let changes?): (changes, nil)
            case .success(nil): (nil, "they adapt linears of different shapes")
            case .failure(let error): (nil, FailureWords.placed(error))
            }
        let (data, unreadData) = rows(before.lineage.dataset, after.lineage.dataset)
        return VersionDifference(
            first: before, second: after,
            settings: Self.changes(
                before.lineage.settings.members.map { ($0.0, $0.1) }, after.lineage.settings.members.map { ($0.0, $0.1) }),
            metrics: Self.changes(try metrics(before).map(\.member), try metrics(after).map(\.member)),
            data: data, unreadData: unreadData, weights: compared, unread: unread)
    }

    private func metrics(_ record: VersionRecord) throws -> [NamedMetric] {
        record.lineage.metrics.isEmpty ? try laterProof(of: record)?.metrics ?? [] : record.lineage.metrics
    }

    private func rows(_ first: DatasetVersion?, _ second: DatasetVersion?) -> (DatasetComparison?, unread: String?) {
        guard let first, let second else { return (nil, "what an adopted version was trained on is unknown") }
        guard first != second else { return (nil, nil) }
        do {
            return (try comparison(of: first, with: second), nil)
        } catch {
            return (nil, FailureWords.text(error))
        }
    }

    /// A bare name means the version that an alias points to.
    private func version(_ text: String, otherwise alias: AliasName) throws -> VersionRecord {
        let reference = try VersionReference(text)
        return try version("\(VersionReference(reference.adapter, reference.selector ?? .alias(alias)))")
    }

    private func weights(_ first: VersionRecord, _ second: VersionRecord) throws -> [CorrectionChange]? {
        let adapters = try [first, second].map { record in
            let base = try registry.base(named: record.lineage.base.name.text)
            let model = try ModelConfiguration(folder: layout.resolve(base.folder))
            return try PEFTFolder(reading: VersionCache(of: self).folder(of: record.published), for: model).adapter
        }
        return adapters[0].changes(to: adapters[1])
    }

    /// In the order of the first, then what only the second has.
    private static func changes(
        _ before: [(String, JSONValue)], _ after: [(String, JSONValue)]
    ) -> [VersionDifference.Change] {
        let old = Dictionary(before, uniquingKeysWith: { first, _ in first })
        let new = Dictionary(after, uniquingKeysWith: { first, _ in first })
        let names = before.map(\.0) + after.map(\.0).filter { old[$0] == nil }
        return names.compactMap { name in
            old[name] == new[name] ? nil : VersionDifference.Change(name: name, before: old[name], after: new[name])
        }
    }
}

extension NamedMetric {
    var member: (String, JSONValue) { (name, value.isFinite ? .number(value) : .null) }
}

extension VersionDifference.Change {
    fileprivate var json: JSONValue {
        ["name": .string(name), "before": before ?? .null, "after": after ?? .null]
    }
}

extension CorrectionChange {
    fileprivate var json: JSONValue {
        ["module": .string(module), "before": .number(before), "after": .number(after), "moved": .number(moved)]
    }
}
