import Adapters
import DurableFiles
import Foundation
import Registry
import StrictJSON
import Suites
import Training

/// The ratchet: a regression that was found once is asked of every later version.
public struct KeepProbes {
    /// Where the rows of new probes come from.
    public enum Source {
        /// Lines of the declared held-out file, from 1.
        case heldOutLines([Int])
        case pair(prompt: String, answer: String)
        case file(URL)
    }

    private let workspace: Workspace
    private let shelf: ProbeShelf

    public init(in workspace: Workspace) {
        self.workspace = workspace
        shelf = ProbeShelf(workspace.layout)
    }

    public func list(_ adapter: String) throws -> (adapter: AdapterName, probes: [KeptProbe]) {
        let name = try workspace.registry.adapter(named: adapter).name
        return (name, try shelf.probes(of: name))
    }

    /// - Parameter text: `name`, or with where the regression was found, `name@v3` or `name@alias`.
    /// - Throws: `SuiteError.privateRows` for lines of data that the declaration keeps private; `DataError` for rows that cannot be asked under
    ///   the adapter's metric.
    public func add(
        _ source: Source, to text: String, reason: String, atLeast: Double, by actor: Actor, at time: Timestamp
    ) throws -> (adapter: AdapterName, added: [KeptProbe]) {
        let reference = try VersionReference(text)
        let declaration = try workspace.registry.adapter(named: reference.adapter.text)
        let foundIn = try reference.selector == nil ? nil : "\(workspace.registry.resolve(reference))"
        let rows = try rows(source, declaration)
        try requireAskable(rows, declaration)
        let drafts = rows.map { ProbeShelf.Draft(row: $0, reason: reason, foundIn: foundIn, atLeast: atLeast) }
        return (declaration.name, try shelf.add(drafts, to: declaration.name, by: actor, at: time))
    }

    public func remove(_ probe: String, from adapter: String) throws -> KeptProbe {
        try shelf.remove(probe, from: workspace.registry.adapter(named: adapter).name)
    }

    public struct Outcome: Sendable {
        public let version: VersionID
        public let probes: [KeptProbe]
        public let facts: GateFacts.KeptProbes
    }

    /// Asks a version, and keeps what it answered as evidence.
    ///
    /// - Parameter text: `name`, `name@v3` or `name@alias`; a bare name means production, else the latest version.
    public func run(_ text: String, now: Timestamp, progress: @escaping Examiner.Progress) throws -> Outcome {
        let reference = try VersionReference(text)
        let declaration = try workspace.registry.adapter(named: reference.adapter.text)
        let version = try workspace.registry.resolve(reference)
        guard let set = try shelf.set(of: declaration.name) else {
            return Outcome(version: version, probes: [], facts: GateFacts.KeptProbes(count: 0, failed: []))
        }
        let task = try PreparedTask(declaration, typed: TrainingOptions(), in: workspace)
        try task.requirePinnedBase(in: workspace.registry)
        let result = try Examiner(task, in: workspace, progress: progress).keptProbes(of: version, set, now: now)
        return Outcome(version: version, probes: set.probes, facts: result.facts)
    }

    private func rows(_ source: Source, _ declaration: AdapterDeclaration) throws -> [JSONObject] {
        switch source {
        case .pair(let prompt, let answer):
            let question: JSONValue = ["role": "user", "content": .string(prompt)]
            let right: JSONValue = ["role": "assistant", "content": .string(answer)]
            return [JSONObject([("messages", .array([question, right]))])]
        case .file(let file): return try objects(of: file).map(\.object)
        case .heldOutLines(let lines):
            guard declaration.data.keepsRows else { throw SuiteError.privateRows(declaration.name) }
            let file = workspace.layout.resolve(declaration.data.heldOut)
            let objects = try objects(of: file)
            return try lines.map { line in
                guard let row = objects.first(where: { $0.line == line }) else {
                    throw SuiteError.noLine(line, path: file.path)
                }
                return row.object
            }
        }
    }

    /// The rows of a file as they are written.
    private func objects(of file: URL) throws -> [(line: Int, object: JSONObject)] {
        let text = try DataFile.text(of: file)
        // says of a bad line where it stands
        _ = try DataFile(path: file.path, text: text)
        return try DataFile.lines(of: text).compactMap { number, line in
            try JSONValue(parsing: line).objectValue.map { (number, $0) }
        }
    }

    /// Rows without question or answer, or with an answer that the metric does not know, are refused before they bind anybody.
    private func requireAskable(_ rows: [JSONObject], _ declaration: AdapterDeclaration) throws {
        let path = workspace.layout.probes(of: declaration.name).path
        let file = DataFile(path: path, rows: try rows.enumerated().map { try DataRow($1, number: $0 + 1, of: path) })
        let labels =
            declaration.labels.isEmpty && declaration.metric.usesLabels
            ? try DataFile(contentsOf: workspace.layout.resolve(declaration.data.heldOut)).rows.compactMap(\.expectedAnswer)
            : declaration.labels
        _ = try ServedEvaluation(file, metric: declaration.metric, labels: labels)
    }
}
