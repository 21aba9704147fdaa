import Adapters
import Digests
import Faults
import Foundation
import Hub
import Registry

/// Holds a pin against what the hub has now; of what differs only small files are fetched.
struct UpstreamComparison {
    private let base: BaseDeclaration
    private let reference: HubReference
    private let workspace: Workspace
    private let service: HubService

    init(of base: BaseDeclaration, _ reference: HubReference, in workspace: Workspace, service: HubService) {
        (self.base, self.reference, self.workspace, self.service) = (base, reference, workspace, service)
    }

    /// A failure that tells nothing of the model itself leaves it unchecked; so does one about a model that was never taken from the hub, and
    /// whose source is but a name.
    func finding() throws -> BaseReport.Finding {
        do {
            return try look()
        } catch let error as HubError {
            guard base.follows != nil, let change = error.change else { return .unchecked(error.explanation.clause) }
            return .changed(BaseDifference(effects: [change], revision: nil, remark: error.explanation.clause))
        } catch let error as any Explained {
            guard error.explanation.kind != .interrupted else { throw error }
            return .unchecked(error.explanation.clause)
        }
    }

    private func look() throws -> BaseReport.Finding {
        let revision = try service.revision(reference)
        if revision.isDisabled { throw HubError.disabled(reference.repository) }
        if revision.isGated { try service.requireReadable(reference.repository, at: revision.commit) }
        let remark = revision.name.flatMap {
            $0.lowercased() == "\(reference.repository)".lowercased() ? nil : "it is called \($0) now"
        }
        guard revision.commit != base.revision else {
            return .found(BaseComparison(from: [], to: []) { _ in nil }, revision: revision.commit, remark: remark)
        }
        let listed = try service.files(of: reference.repository, at: revision.commit)
        let pinned = Dictionary(base.files.map { ($0.path, $0) }) { first, _ in first }
        let needed = Set(NeededFiles(of: listed).needed.map(\.path)).union(pinned.keys)
        var (files, contents): ([BaseFile], [ContentDigest: Data]) = ([], [:])
        for file in listed where needed.contains(file.path) {
            let (digest, content) = try identity(of: file, pinned: pinned[file.path], at: revision.commit)
            files.append(BaseFile(path: file.path, size: file.size, digest: digest))
            if let content { contents[digest] = content }
        }
        let kept = contents
        let comparison = BaseComparison(from: base.files, to: files) { kept[$0] ?? pinnedContent($0) }
        return .found(comparison, revision: revision.commit, remark: remark)
    }

    /// The SHA-256 of a file of the hub, and its content where it had to be fetched.
    private func identity(of file: HubFile, pinned: BaseFile?, at commit: String) throws -> (ContentDigest, Data?) {
        if case .sha256(let hex) = file.digest, let digest = ContentDigest(hex) {
            let tells = digest != pinned?.digest && BaseFile(path: file.path, size: file.size, digest: digest).isSmallText
            return (digest, tells ? try content(of: file, at: commit) : nil)
        }
        if let pinned, pinned.size == file.size, let content = pinnedContent(pinned.digest), file.digest.matches(content) {
            return (pinned.digest, nil)
        }
        guard file.size <= 32 << 20 else {
            // too large to look into, and another size or unknown: other bytes than those that were pinned
            return (ContentDigest(of: Data(file.digest.hex.utf8)), nil)
        }
        let content = try content(of: file, at: commit)
        return (ContentDigest(of: content), content)
    }

    private func content(of file: HubFile, at commit: String) throws -> Data {
        try service.content(of: file, in: reference.repository, at: commit)
    }

    /// As it was kept with the pin, else from the folder while that is as it was.
    private func pinnedContent(_ digest: ContentDigest) -> Data? {
        if let kept = PinnedContents(in: workspace.layout).content(of: digest) { return kept }
        guard let file = base.files.first(where: { $0.digest == digest }), file.size <= 32 << 20 else { return nil }
        let place = workspace.layout.resolve(base.folder).appending(path: file.path)
        guard let data = FileManager.default.contents(atPath: place.path) else { return nil }
        return ContentDigest(of: data) == digest ? data : nil
    }
}

extension Explanation {
    /// What is wrong, to stand within a sentence.
    var clause: String { what.hasSuffix(".") ? String(what.dropLast()) : what }
}

extension HubError {
    /// What it says of a model that was there; nil where it says nothing of it.
    fileprivate var change: BaseChange? {
        if case .gated = self { return .gated }
        return isGone ? .removed : nil
    }
}
