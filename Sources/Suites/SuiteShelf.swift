import Adapters
import Digests
import DurableFiles
import Faults
import Foundation
import Registry
import StrictJSON
import Training

/// The suites that a registry knows: those that ship, and those that were added to it.
public struct SuiteShelf: Sendable {
    private static let schema = "lora.suite/1"
    private let layout: RegistryLayout

    public init(_ layout: RegistryLayout) { self.layout = layout }

    /// All of them, by name.
    ///
    /// - Throws: `SuiteError` for rows that are not as they were frozen.
    public func all() throws -> [Suite] {
        try (ShippedSuites.all() + addedNames().map(added)).sorted { $0.name < $1.name }
    }

    /// Their names, without reading what they hold.
    public func names() throws -> [String] { (ShippedSuites.names + (try addedNames())).sorted() }

    public func suite(named text: String) throws -> Suite {
        let all = try all()
        guard let suite = all.first(where: { $0.name.text == text }) else {
            throw SuiteError.unknown(text, nearest: nearestName(to: text, among: all.map(\.name.text)))
        }
        return suite
    }

    /// Freezes the rows of a file as a suite.
    ///
    /// - Throws: `DataError` for rows that cannot be read or judged, `SuiteError` for a name that is taken.
    public func add(_ name: SuiteName, from source: URL, metric: SuiteMetric, by actor: Actor, at time: Timestamp) throws -> Suite
    {
        guard !ShippedSuites.names.contains(name.text) else { throw SuiteError.taken(name, isShipped: true) }
        let rows = try FileBytes.contents(of: source, limit: .max)
        let suite = try Suite(name, metric, .added, rows: rows, path: source.path)
        try suite.requireAnswers()
        try DurableFile.makeFolder(layout.locks)
        guard let lock = try FileLock.take(layout.suiteLock, waiting: .seconds(20)) else { throw SuiteError.busy }
        try withExtendedLifetime(lock) {
            guard access(manifest(name.text).path, F_OK) != 0 else { throw SuiteError.taken(name, isShipped: false) }
            try DurableFile.makeFolder(layout.suites)
            // rows without a manifest are no suite yet, and what a killed process left is written over
            try DurableFile.write(rows, to: file(name.text))
            let json: JSONValue = [
                "schema": .string(Self.schema), "name": .string(name.text), "metric": .string(metric.name),
                "digest": .string("\(suite.digest)"), "rows": .integer(suite.file.rows.count), "added": .string("\(time)"),
                "by": .string("\(actor)"),
            ]
            try DurableFile.write(json.data(.pretty), to: manifest(name.text))
        }
        return suite
    }

    /// Takes a suite away that was added, whole or damaged: nobody is put to it from now on. What was measured on it stays, and counts again
    /// for the same rows.
    ///
    /// - Throws: `SuiteError` for one that ships, or that is not known.
    public func remove(_ text: String) throws {
        guard !ShippedSuites.names.contains(text) else { throw SuiteError.shipped(text) }
        try DurableFile.makeFolder(layout.locks)
        guard let lock = try FileLock.take(layout.suiteLock, waiting: .seconds(20)) else { throw SuiteError.busy }
        try withExtendedLifetime(lock) {
            guard try addedNames().contains(text) else {
                throw SuiteError.unknown(text, nearest: nearestName(to: text, among: try names()))
            }
            // the manifest first, durably: rows without one are no suite, and a manifest without rows stops every gate
            try DurableFile.remove(manifest(text))
            try DurableFile.syncFolder(layout.suites)
            try DurableFile.remove(file(text))
            try DurableFile.syncFolder(layout.suites)
        }
    }

    private func file(_ name: String) -> URL { layout.suites.appending(path: "\(name).jsonl") }
    private func manifest(_ name: String) -> URL { layout.suites.appending(path: "\(name).json") }

    private func addedNames() throws -> [String] {
        guard access(layout.suites.path, F_OK) == 0 else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: layout.suites.path)
            .filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.map { String($0.dropLast(".json".count)) }
    }

    private func added(_ text: String) throws -> Suite {
        let (place, json) = (manifest(text), try JSONValue(contentsOf: manifest(text)))
        guard json["schema"]?.stringValue == Self.schema, json["name"]?.stringValue == text,
            let metric = json["metric"]?.stringValue.flatMap(SuiteMetric.init(name:)),
            let frozen = json["digest"]?.stringValue.flatMap({ ContentDigest($0) })
        else { throw SuiteError.badManifest(path: place.path) }
        let (name, rows) = (try SuiteName(text), try FileBytes.contents(of: file(text), limit: .max))
        let found = ContentDigest(of: rows)
        guard found == frozen else {
            throw SuiteError.changed(name, path: file(text).path, frozen: frozen, found: found)
        }
        return try Suite(name, metric, .added, rows: rows, path: file(text).path)
    }
}

extension Suite {
    /// - Throws: `DataError` for rows without what the metric holds answers against, `SuiteError` for answers that are no labels.
    fileprivate func requireAnswers() throws {
        guard case .task(let task) = metric else { return }
        let evaluation = try ServedEvaluation(file, metric: task)
        guard task.usesLabels else { return }
        // of answers of which each row has its own, or all the same, to choose one says nothing
        let (labels, rows) = (evaluation.labels.count, file.rows.count)
        guard labels > 1, labels < rows else { throw SuiteError.noLabels(answers: labels, rows: rows, path: file.path) }
    }
}
