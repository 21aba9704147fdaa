import Adapters
import DurableFiles
import Faults
import Foundation
import Hub
import Policies
import Registry

/// Holds the pins of bases against their folders and against the hub, says what the differences mean, and for whom.
///
/// What cannot be looked at is said to be unchecked, never to be unchanged.
public struct BaseCheck {
    private let workspace: Workspace
    private let hub: HubAccess
    private let shelf: PolicyShelf

    public init(in workspace: Workspace, hub: HubAccess, workingFolder: URL) {
        (self.workspace, self.hub) = (workspace, hub)
        shelf = PolicyShelf(registry: workspace.layout.root, workingFolder: workingFolder)
    }

    /// - Parameter name: only this base; nil for all.
    public func run(_ name: String?, now: Timestamp) throws -> [BaseReport] {
        let news = try workspace.registry.baseNews()
        let bases = try name.map { [try workspace.registry.base(named: $0)] } ?? workspace.registry.bases()
        let declarations = try workspace.registry.readableDeclarations().declarations
        let states = try workspace.registry.states()
        let files = FileBook(in: workspace.layout)
        let reports = try bases.map { base in
            var report = BaseReport(base, folder: try folderFinding(of: base, files))
            report.endOfLife = news.endOfLife(of: base)
            report.hub = try upstreamFinding(of: base)
            let listed = try listed(for: base, news, &report)
            report.newer = news.newer(than: base, listed: listed ?? [])
            try note(&report, now: now)
            for declaration in declarations where declaration.base == base.name && states[declaration.name] == nil {
                try judge(declaration, &report, now: now)
            }
            return report
        }
        if workspace.registry.access == .readWrite { files.save() }
        return reports
    }

    /// A policy that cannot be read hides neither the base nor other adapters.
    private func judge(_ declaration: AdapterDeclaration, _ report: inout BaseReport, now: Timestamp) throws {
        do {
            let policy = try shelf.policy(of: declaration)
            let response = policy.response(to: report.effects(now: now), isFloating: report.base.revision == nil)
            report.adapters.append(
                BaseReport.Affected(adapter: declaration.name, policy: policy.stamp, response: response))
        } catch let error as any Explained {
            report.unjudged.append(UnjudgedAdapter(name: declaration.name.text, explanation: error.explanation))
        }
    }

    private func folderFinding(of base: BaseDeclaration, _ files: FileBook) throws -> BaseReport.Finding {
        let folder = workspace.layout.resolve(base.folder)
        guard access(folder.path, F_OK) == 0 else {
            // what may not be looked at, or lies on a disk that fails, is not gone for that
            guard errno == ENOENT || errno == ENOTDIR else {
                return .unchecked(FailureWords.placed(FileError(.read, folder)))
            }
            return .changed(BaseDifference(effects: [.removed], revision: nil))
        }
        do {
            let comparison = try workspace.registry.comparison(of: base, known: files)
            if comparison.changes.isEmpty { try workspace.registry.keepContents(of: base) }
            return .found(comparison, revision: nil)
        } catch {
            return .unchecked(FailureWords.placed(error))
        }
    }

    private func upstreamFinding(of base: BaseDeclaration) throws -> BaseReport.Finding? {
        guard let source = base.source, let repository = RepositoryID(ifValid: source) else { return nil }
        let reference = try HubReference(repository: repository, revision: base.follows ?? HubReference.mainBranch)
        guard !hub.isOffline else { return try cachedFinding(of: base, reference) }
        return try UpstreamComparison(of: base, reference, in: workspace, service: hub.service()).finding()
    }

    /// Without a network the cache may still know of a later commit, which another tool has downloaded.
    private func cachedFinding(of base: BaseDeclaration, _ reference: HubReference) throws -> BaseReport.Finding {
        guard let (folder, commit) = try hub.cache.snapshot(of: reference), commit != base.revision else {
            return .unchecked("the network is not used")
        }
        let comparison = try workspace.registry.comparison(of: base, in: folder)
        return comparison.changes.isEmpty
            ? .unchecked("the network is not used") : .found(comparison, revision: commit, isCached: true)
    }

    /// The models of the owners of the base's families; nil when the hub was not asked or did not say.
    private func listed(for base: BaseDeclaration, _ news: BaseNews, _ report: inout BaseReport) throws -> [String]? {
        let owners = Set(news.families.filter { $0.holds(base) }.compactMap(\.owner)).sorted()
        guard !owners.isEmpty else { return nil }
        guard !hub.isOffline else {
            report.unlisted = "the network is not used"
            return nil
        }
        do {
            let service = try hub.service()
            return try owners.flatMap { try service.models(of: $0).map(\.name) }
        } catch {
            report.unlisted = (error as? any Explained)?.explanation.clause ?? "\(error)"
            return nil
        }
    }

    /// Keeps what the hub showed, for checks that use no network.
    private func note(_ report: inout BaseReport, now: Timestamp) throws {
        let earlier = workspace.registry.upstream(of: report.base)
        report.lastLook = earlier?.lookedAt
        if report.hub?.effects == nil || report.hub?.isCached == true {
            report.lastKnown = Set(earlier?.changes.keys.map(\.self) ?? [])
        }
        guard let found = report.hub, !found.isCached, let effects = found.effects, workspace.registry.access == .readWrite else {
            return
        }
        report.lastLook = now
        let newer =
            report.unlisted == nil ? report.newer : report.newer + (earlier?.newer ?? []).filter { !report.newer.contains($0) }
        try workspace.registry.record(
            UpstreamRecord(
                of: report.base, at: now, commit: found.revision, changes: effects, newer: newer, after: earlier))
    }
}

extension RepositoryID {
    /// Nil where a base's source is a name of another kind.
    init?(ifValid text: String) {
        do throws(HubError) {
            try self.init(text)
        } catch {
            return nil
        }
    }
}
