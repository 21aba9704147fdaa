import Digests
import Foundation
import StrictJSON

/// What differs between two states of a base, judged by what is in its files as far as that is at hand.
///
/// Pure: the same files and contents give the same comparison.
///
/// - JSON that says the same in other bytes is cosmetic, and so are fields that only tell which program wrote it.
/// - `tokenizer_config.json` is parted into its chat template and the rest; a template that moves to a file of its own is none changed.
/// - A model card counts by the licence in its front matter, a licence by its words.
/// - A file whose content is not at hand counts by its name, in the graver reading.
public struct BaseComparison: Sendable, Hashable {
    /// By path.
    public let changes: [BaseFileChange]
    /// Paths that were judged by their names though their content would have said more.
    public let unread: [String]

    public var effects: Set<BaseChange> { changes.reduce(into: []) { $0.formUnion($1.effects) } }

    /// - Parameter content: of the small files of either state; nil where it is not kept.
    public init(from before: [BaseFile], to after: [BaseFile], content: @escaping (ContentDigest) -> Data?) {
        let sides = Sides(before, after, content)
        var unread: [String] = []
        changes = before.changes(to: after).map { change in
            let effects = sides.effects(of: change.path)
            if effects == nil, change.kind == .changed, BaseFileKind(change.path).isReadable { unread.append(change.path) }
            let settled = effects.map { $0.isEmpty ? [.cosmetic] : $0 }
            return BaseFileChange(kind: change.kind, path: change.path, effects: settled)
        }
        self.unread = unread
    }
}

/// What a file's content can tell more than its name.
enum BaseFileKind {
    case configuration, generation, tokenizerConfiguration, chatTemplate, tokenizer, weightIndex, licence, card, otherJSON
    case opaque

    init(_ path: String) {
        let name = path.split(separator: "/").last.map { $0.lowercased() } ?? path
        switch (BaseChange(ofFile: path), name) {
        case (_, "config.json"): self = .configuration
        case (_, "generation_config.json"): self = .generation
        case (_, "tokenizer_config.json"): self = .tokenizerConfiguration
        case (_, "chat_template.jinja"), (_, "chat_template.json"): self = path.contains("/") ? .opaque : .chatTemplate
        case (.tokenizer, _) where name.hasSuffix(".json"): self = .tokenizer
        case (.weights, _) where name.hasSuffix(".safetensors.index.json"): self = .weightIndex
        case (.licence, _): self = .licence
        case (_, "readme.md"): self = .card
        case (.config, _) where name.hasSuffix(".json"): self = .otherJSON
        default: self = .opaque
        }
    }

    var isReadable: Bool { self != .opaque }
}

/// Both states, with what of their contents is at hand.
private struct Sides {
    private let before: [String: ContentDigest]
    private let after: [String: ContentDigest]
    private let content: (ContentDigest) -> Data?
    private let templates: (before: ChatTemplateText, after: ChatTemplateText)

    init(_ before: [BaseFile], _ after: [BaseFile], _ content: @escaping (ContentDigest) -> Data?) {
        func digests(_ files: [BaseFile]) -> [String: ContentDigest] {
            Dictionary(files.map { ($0.path, $0.digest) }) { first, _ in first }
        }
        let (old, new) = (digests(before), digests(after))
        (self.before, self.after, self.content) = (old, new, content)
        templates = (ChatTemplateText { old[$0].map(content) }, ChatTemplateText { new[$0].map(content) })
    }

    /// Empty when nothing of meaning differs; nil when a content is not at hand or not in its form.
    func effects(of path: String) -> Set<BaseChange>? {
        switch BaseFileKind(path) {
        case .configuration: fields(path, without: BaseFields.writtenBy, alias: BaseFields.dtype).map { $0 ? [] : [.config] }
        case .generation: fields(path, without: BaseFields.writtenBy).map { $0 ? [] : [.generationConfig] }
        case .tokenizerConfiguration: tokenizerConfiguration(path)
        case .chatTemplate: sameTemplate.map { $0 ? [] : [.chatTemplate] }
        case .tokenizer: both(path) { try BaseFields.tokenizer($0) == BaseFields.tokenizer($1) }.map { $0 ? [] : [.tokenizer] }
        case .weightIndex: both(path) { try BaseFields.shards($0) == BaseFields.shards($1) }.map { $0 ? [] : [.weights] }
        case .licence: both(path) { LicenceWords.of($0) == LicenceWords.of($1) }.map { $0 ? [] : [.licence] }
        case .card: card(path)
        case .otherJSON: both(path) { try BaseFields.value($0) == BaseFields.value($1) }.map { $0 ? [] : [.config] }
        case .opaque: nil
        }
    }

    private var sameTemplate: Bool? {
        guard case .known(let old) = templates.before, case .known(let new) = templates.after else { return nil }
        return old == new
    }

    private func tokenizerConfiguration(_ path: String) -> Set<BaseChange>? {
        guard let rest = fields(path, without: BaseFields.tokenizerWrittenBy.union(["chat_template"]), missing: "{}"),
            let template = sameTemplate
        else { return nil }
        return Set((rest ? [] : [.tokenizer]) + (template ? [] : [.chatTemplate]))
    }

    /// A card that says nothing of a licence is as one that is not there.
    private func card(_ path: String) -> Set<BaseChange>? {
        guard let old = text(path, before, missing: ""), let new = text(path, after, missing: "") else { return nil }
        return CardLicence(old) == CardLicence(new) ? [] : [.licence]
    }

    private func fields(
        _ path: String, without names: Set<String>, alias: (String, String)? = nil, missing: String? = nil
    ) -> Bool? {
        both(path, missing: missing) { old, new in
            try BaseFields.object(old, without: names, alias: alias) == BaseFields.object(new, without: names, alias: alias)
        }
    }

    /// Nil when one of both is not at hand or not in its form.
    private func both(_ path: String, missing: String? = nil, _ isSame: (Data, Data) throws -> Bool) -> Bool? {
        guard let old = text(path, before, missing: missing), let new = text(path, after, missing: missing) else { return nil }
        do {
            return try isSame(old, new)
        } catch {
            return nil
        }
    }

    private func text(_ path: String, _ side: [String: ContentDigest], missing: String?) -> Data? {
        guard let digest = side[path] else { return missing.map { Data($0.utf8) } }
        return content(digest)
    }
}
