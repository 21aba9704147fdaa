import Adapters
import DurableFiles
import Faults
import Foundation
import Registry
import StrictJSON
import Training

/// The permanent probes of adapters: regressions that were found once, and that no later version may show again.
public struct ProbeShelf: Sendable {
    private let layout: RegistryLayout

    public init(_ layout: RegistryLayout) { self.layout = layout }

    /// Those of an adapter, oldest first.
    ///
    /// - Throws: `SuiteError.badProbe` for a line that is none.
    public func probes(of adapter: AdapterName) throws -> [KeptProbe] {
        let file = layout.probes(of: adapter)
        guard access(file.path, F_OK) == 0 else { return [] }
        let lines = try FileBytes.contents(of: file, limit: .max).split(separator: 0x0A, omittingEmptySubsequences: false)
        var probes: [KeptProbe] = []
        for (index, line) in lines.enumerated() where !line.isEmpty {
            guard let object = try parsed(line, file, index + 1).objectValue, let probe = KeptProbe(json: object) else {
                throw SuiteError.badProbe(path: file.path, line: index + 1)
            }
            probes.append(probe)
        }
        return probes
    }

    /// The adapters that have some.
    public func adapters() throws -> Set<AdapterName> {
        guard access(layout.probes.path, F_OK) == 0 else { return [] }
        let files = try FileManager.default.contentsOfDirectory(atPath: layout.probes.path)
        return Set(
            try files.filter { $0.hasSuffix(".jsonl") && !$0.hasPrefix(".") }.map { try AdapterName(String($0.dropLast(6))) })
    }

    private func parsed(_ line: Data, _ file: URL, _ number: Int) throws -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: line)
        } catch {
            throw SuiteError.badProbe(path: file.path, line: number)
        }
    }

    /// The probes as rows to be asked, each on the line of its number; nil where there are none.
    public func file(of adapter: AdapterName) throws -> DataFile? {
        let (path, probes) = (layout.probes(of: adapter).path, try probes(of: adapter))
        guard !probes.isEmpty else { return nil }
        return DataFile(
            path: path, rows: try probes.enumerated().map { try DataRow($1.row, number: $0 + 1, of: path) })
    }

    /// Of all that the probes of an adapter ask, whatever is said about them; nil where there are none.
    public func digest(of adapter: AdapterName) throws -> ContentDigest? {
        let probes = try probes(of: adapter)
        guard !probes.isEmpty else { return nil }
        let asked = probes.map { JSONValue.array([.string($0.name), .number($0.atLeast), .object($0.row)]) }
        return ContentDigest(of: JSONValue.array(asked).data(JSONLayout(indent: nil, sortsKeys: true)))
    }

    /// What a probe is made of.
    public struct Draft {
        public let row: JSONObject
        public let reason: String
        public let foundIn: String?
        public let atLeast: Double

        public init(row: JSONObject, reason: String, foundIn: String?, atLeast: Double) {
            (self.row, self.reason, self.foundIn, self.atLeast) = (row, reason, foundIn, atLeast)
        }
    }

    /// Adds probes to those of an adapter, under the next names; a row that is a probe already is passed over.
    ///
    /// - Returns: those that are new.
    public func add(_ drafts: [Draft], to adapter: AdapterName, by actor: Actor, at time: Timestamp) throws -> [KeptProbe] {
        guard drafts.allSatisfy({ $0.reason.contains { !$0.isWhitespace } }) else { throw SuiteError.emptyReason }
        return try changing(adapter) { probes in
            var (number, known, new) = (
                probes.compactMap { Int($0.name.dropFirst()) }.max() ?? 0, Set(probes.map(\.row)), [KeptProbe]()
            )
            for draft in drafts where known.insert(draft.row).inserted {
                number += 1
                new.append(
                    KeptProbe(
                        name: "p\(number)", reason: draft.reason, foundIn: draft.foundIn, added: time, by: actor,
                        atLeast: draft.atLeast, row: draft.row))
            }
            probes += new
            return new
        }
    }

    /// Takes away a probe that asks for something wrong.
    public func remove(_ name: String, from adapter: AdapterName) throws -> KeptProbe {
        try changing(adapter) { probes in
            guard let index = probes.firstIndex(where: { $0.name == name }) else {
                throw SuiteError.unknownProbe(name, adapter, nearest: nearestName(to: name, among: probes.map(\.name)))
            }
            return probes.remove(at: index)
        }
    }

    private func changing<Value>(_ adapter: AdapterName, _ change: (inout [KeptProbe]) throws -> Value) throws -> Value {
        try DurableFile.makeFolder(layout.locks)
        guard let lock = try FileLock.take(layout.suiteLock, waiting: .seconds(20)) else { throw SuiteError.busy }
        return try withExtendedLifetime(lock) {
            var probes = try probes(of: adapter)
            let value = try change(&probes)
            try DurableFile.makeFolder(layout.probes)
            let text = probes.map { JSONValue.object($0.json).text() + "\n" }.joined()
            if text.isEmpty {
                try DurableFile.remove(layout.probes(of: adapter))
            } else {
                try DurableFile.write(Data(text.utf8), to: layout.probes(of: adapter))
            }
            return value
        }
    }
}
