import Adapters
import Policies
import StrictJSON

/// What a check of a base found.
public struct BaseReport: Sendable, Hashable {
    /// What one of the places where a base lies showed.
    public enum Finding: Sendable, Hashable {
        /// All is as it was pinned; the commit where that was looked up.
        case unchanged(revision: String?)
        case changed(BaseDifference)
        /// Nothing is claimed; why, in words.
        case unchecked(String)
    }

    /// An adapter on the base, and what the changes ask of it.
    public struct Affected: Sendable, Hashable {
        public let adapter: AdapterName
        public let policy: PolicyStamp
        public let response: BaseResponse
    }

    public let base: BaseDeclaration
    public let folder: Finding
    /// Nil when it was not taken from the hub.
    public var hub: Finding?
    public var endOfLife: EndOfLife?
    /// Newer bases of its families.
    public var newer: [String] = []
    /// Why the hub's list of newer ones was not read; nil when it was, or none was needed.
    public var unlisted: String?
    /// When the hub was looked at last, this look included.
    public var lastLook: Timestamp?
    /// What that look showed, where this one showed nothing.
    public var lastKnown: Set<BaseChange> = []
    public var adapters: [Affected] = []
    /// Adapters on the base whose policy cannot be read.
    public var unjudged: [UnjudgedAdapter] = []

    init(_ base: BaseDeclaration, folder: Finding) { (self.base, self.folder) = (base, folder) }

    /// All that is other than it was pinned, wherever it was seen.
    public func effects(now: Timestamp) -> Set<BaseChange> {
        let isOver = endOfLife?.moment.map { $0 <= now } ?? false
        return (folder.effects ?? []).union(hub?.effects ?? []).union(lastKnown).union(isOver ? [.endOfLife] : [])
    }

    /// What could not be looked at, in words.
    public var unchecked: [String] {
        [folder.unchecked.map { "folder: \($0)" }, hub?.unchecked.map { "hub: \($0)" }, unlisted.map { "newer bases: \($0)" }]
            .compactMap(\.self)
    }

    /// The gravest of what is asked of its adapters.
    public var action: BaseAction { adapters.map(\.response.action).max() ?? .nothing }
}

/// How a place differs from a pin.
public struct BaseDifference: Sendable, Hashable {
    public let effects: Set<BaseChange>
    /// Empty where the whole is gone or closed.
    public let files: [BaseFileChange]
    /// Files that were judged by their names alone.
    public let unread: [String]
    /// The commit that was found.
    public let revision: String?
    /// Whether the hub's cache showed it, not the hub.
    public let isCached: Bool
    /// What else is to be told, such as a new name.
    public let remark: String?

    init(
        effects: Set<BaseChange>, files: [BaseFileChange] = [], unread: [String] = [], revision: String?, isCached: Bool = false,
        remark: String? = nil
    ) {
        (self.effects, self.files, self.unread) = (effects, files, unread)
        (self.revision, self.isCached, self.remark) = (revision, isCached, remark)
    }
}

extension BaseReport.Finding {
    static func found(_ comparison: BaseComparison, revision: String?, isCached: Bool = false, remark: String? = nil) -> Self {
        guard !comparison.changes.isEmpty || remark != nil else { return .unchanged(revision: revision) }
        return .changed(
            BaseDifference(
                effects: comparison.effects, files: comparison.changes, unread: comparison.unread, revision: revision,
                isCached: isCached, remark: remark))
    }

    /// Nil where nothing can be claimed.
    public var effects: Set<BaseChange>? {
        switch self {
        case .unchanged: []
        case .changed(let difference): difference.effects
        case .unchecked: nil
        }
    }

    var isCached: Bool { if case .changed(let difference) = self { difference.isCached } else { false } }

    var revision: String? {
        switch self {
        case .unchanged(let revision): revision
        case .changed(let difference): difference.revision
        case .unchecked: nil
        }
    }

    public var unchecked: String? { if case .unchecked(let why) = self { why } else { nil } }
}
