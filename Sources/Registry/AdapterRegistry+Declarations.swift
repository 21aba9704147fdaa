import Adapters
import DurableFiles
import Faults
import Foundation
import StrictJSON
import StrictYAML

extension AdapterRegistry {
    /// The names of the declared adapters, sorted, without reading their declarations.
    ///
    /// - Throws: `NameError` for a file whose name is none, `DeclarationError.namesClash` for two that differ in case only.
    public func declaredNames() throws -> [AdapterName] {
        let names = try layout.declaredFiles(in: layout.adapters).map { try AdapterName(String($0.dropLast(".yaml".count))) }
        try refuseClashes(names.map(\.text))
        return names.sorted()
    }

    /// Every declaration, by name.
    ///
    /// - Throws: the fault of the first file that cannot be read.
    public func declarations() throws -> [AdapterDeclaration] {
        try declaredNames().map { try AdapterDeclarationFile.read(layout.file(of: $0)) }
    }

    /// Every declaration that can be read, by name, and what is wrong with the others: a bad file hides no good one.
    public func readableDeclarations() throws -> (declarations: [AdapterDeclaration], faults: [DeclarationFault]) {
        let book = DeclarationBook<AdapterDeclaration>(layout)
        let (declarations, faults) = try book.read(at: .now)
        if access == .readWrite { book.save() }
        return (declarations, faults)
    }

    /// As `readableDeclarations`, without what a catalogue does not show.
    public func readableSummaries() throws -> (summaries: [DeclarationSummary], faults: [DeclarationFault]) {
        let book = DeclarationBook<DeclarationSummary>(layout)
        let (summaries, faults) = try book.read(at: .now)
        if access == .readWrite { book.save() }
        return (summaries, faults)
    }

    /// - Throws: `DeclarationError.unknownAdapter` with the nearest name that is declared.
    public func adapter(named text: String) throws -> AdapterDeclaration {
        let known = try declaredNames()
        guard let name = known.first(where: { $0.text == text }) else {
            if let (name, standing) = try endedStanding(of: text) { throw StateError.notActive(name, standing) }
            throw DeclarationError.unknownAdapter(text, nearest: nearestName(to: text, among: known.map(\.text)))
        }
        return try AdapterDeclarationFile.read(layout.file(of: name))
    }

    /// The standing of a name that a renaming ended.
    private func endedStanding(of text: String) throws -> (AdapterName, AdapterStanding)? {
        guard let ended = try endedNames().last(where: { $0.old.text == text }) else { return nil }
        return (ended.old, AdapterStanding(state: .renamed, since: ended.ending))
    }

    /// Writes a new declaration, while nobody else writes one.
    ///
    /// - Throws: `DeclarationError.adapterExists` when the name is taken, `.namesClash` when it is in another case; what a reader would
    ///   say of the file.
    public func declare(_ declaration: AdapterDeclaration) throws {
        try writingDeclarations(for: declaration.name) {
            try requireUnclaimed(declaration.name)
            let file = layout.file(of: declaration.name)
            _ = try AdapterDeclarationFile.read(declaration.yaml, as: file)
            do {
                try DurableFile.write(Data(declaration.yaml.utf8), to: file)
            } catch {
                // where its folder could not be made durable, the file stands there and may not last
                unlink(file.path)
                throw error
            }
        }
    }

    /// Lets one writer at a time into the folder of declarations, and takes away what one that was killed has left there.
    func writingDeclarations(for adapter: AdapterName, _ body: () throws -> Void) throws {
        guard let lock = try FileLock.take(layout.declarationLock, waiting: .seconds(20)) else {
            throw RunError.leaseHeld(adapter, holder: "another process that declares adapters")
        }
        try withExtendedLifetime(lock) {
            try DurableFile.makeFolder(layout.adapters)
            for entry in try OpenFolder(layout.adapters).entries() where entry.name.hasPrefix(DurableFile.draftPrefix) {
                try DurableFile.remove(layout.adapters.appending(path: entry.name))
            }
            try body()
        }
    }

    /// - Throws: `DeclarationError` when an adapter that is declared or recorded has this name, in whatever case.
    public func requireUnclaimed(_ name: AdapterName) throws {
        let declared = try declaredNames()
        guard !declared.contains(name) else { throw DeclarationError.adapterExists(name) }
        try refuseClashes(Set(declared + (try recordedAdapters())).subtracting([name]).map(\.text) + [name.text])
    }

    func refuseClashes(_ names: [String]) throws {
        var seen: [String: String] = [:]
        for name in names {
            if let other = seen.updateValue(name, forKey: name.lowercased()) { throw DeclarationError.namesClash(other, name) }
        }
    }
}

/// A file of `adapters/` that declares no adapter.
public struct DeclarationFault: Sendable, Hashable {
    /// The file's name without its ending: what the adapter would be called.
    public let name: String
    public let explanation: Explanation

    init(of file: URL, _ error: any Error) {
        name = file.deletingPathExtension().lastPathComponent
        explanation =
            (error as? any Explained)?.explanation
            ?? Explanation("\(error)", at: file.path, next: "Correct the file.", kind: .usage)
    }
}

extension AdapterDeclaration {
    /// The text of `adapters/NAME.yaml`.
    public var yaml: String {
        var text = YAMLWriter()
        text.add("name", .string(name.text))
        text.add("task", .string(task))
        text.add("owner", .string(owner))
        text.add("base", .string(base.text))
        text.add("data", ["train": .string(data.train), "held_out": .string(data.heldOut)])
        text.add("metric", metric.json)
        if !labels.isEmpty { text.add("labels", .array(labels.map { .string($0) })) }
        if !slices.isEmpty { text.add("slices", .array(slices.map { .string($0) })) }
        if let prompt { text.add("prompt", .string(prompt)) }
        text.add("horizon", .string("\(horizon)"))
        text.add("policy", .string(policy))
        if !protected.isEmpty { text.add("protected", .array(protected.map { .string($0.text) })) }
        if !training.isEmpty { text.add("training", .object(JSONObject(training.map { ($0.key, $0.value) }))) }
        if !costs.isEmpty { text.add("costs", .object(JSONObject(costs.map { ($0.key, $0.value) }))) }
        if !overrides.isEmpty { text.add("overrides", .object(overrides.reduce(JSONObject()) { $0.setting($1) })) }
        return text.text
    }
}

extension JSONObject {
    fileprivate func setting(_ setting: DeclaredSetting) -> JSONObject {
        self.setting(setting.key.split(separator: ".")[...], setting.value)
    }

    private func setting(_ path: ArraySlice<Substring>, _ value: JSONValue) -> JSONObject {
        var object = self
        let key = String(path[path.startIndex])
        let rest = path.dropFirst()
        object[key] = rest.isEmpty ? value : .object((object[key]?.objectValue ?? JSONObject()).setting(rest, value))
        return object
    }
}
