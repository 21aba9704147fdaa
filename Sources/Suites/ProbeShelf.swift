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
    /// - Throws: `SuiteError.badProbe` for a line that is none, or that bears the name of another.
    public func probes(of adapter: AdapterName) throws -> [KeptProbe] { try book(of: adapter).probes }

    /// What an adapter's file holds: a line for each probe, and where the last one that was named is gone, a line with its name.
    private struct Book {
        static let member = "last_probe"

        var probes: [KeptProbe] = []
        /// The highest number that was given; it is given to no other row, since evidence tells probes by their names.
        var lastNumber = 0

        mutating func add(_ probe: KeptProbe) {
            probes.append(probe)
            lastNumber = max(lastNumber, probe.number)
        }

        var lines: [JSONValue] {
            let isNamed = lastNumber == 0 || probes.contains { $0.number == lastNumber }
            return probes.map { .object($0.json) } + (isNamed ? [] : [[Self.member: .string(KeptProbe.name(lastNumber))]])
        }
    }

    private func book(of adapter: AdapterName) throws -> Book {
        let file = layout.probes(of: adapter)
        var (book, known) = (Book(), Set<Int>())
        guard access(file.path, F_OK) == 0 else { return book }
        let lines = try FileBytes.contents(of: file, limit: .max).split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty {
            let object = try parsed(line, file, index + 1).objectValue ?? JSONObject()
            if object.count == 1, let last = object[Book.member]?.stringValue.flatMap(KeptProbe.number(of:)) {
                book.lastNumber = max(book.lastNumber, last)
                continue
            }
            guard let probe = KeptProbe(json: object), known.insert(probe.number).inserted else {
                throw SuiteError.badProbe(path: file.path, line: index + 1)
            }
            book.add(probe)
        }
        return book
    }

    /// The adapters that have some. A file that is none of an adapter, such as a copy beside it, is passed over; one that cannot be read
    /// counts, so that whoever asks for its probes is told why.
    public func adapters() throws -> Set<AdapterName> {
        guard access(layout.probes.path, F_OK) == 0 else { return [] }
        let files = try FileManager.default.contentsOfDirectory(atPath: layout.probes.path)
        return Set(files.compactMap(Self.adapter).filter(mayHaveProbes))
    }

    private func mayHaveProbes(_ adapter: AdapterName) -> Bool {
        do {
            return try !probes(of: adapter).isEmpty
        } catch {
            return true
        }
    }

    private static func adapter(ofFile name: String) -> AdapterName? {
        guard name.hasSuffix(".jsonl") else { return nil }
        do throws(NameError) {
            return try AdapterName(String(name.dropLast(6)))
        } catch {
            return nil
        }
    }

    private func parsed(_ line: Data, _ file: URL, _ number: Int) throws -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: line)
        } catch {
            throw SuiteError.badProbe(path: file.path, line: number)
        }
    }

    /// Those of an adapter as they are at this moment; nil where there are none.
    public func set(of adapter: AdapterName) throws -> ProbeSet? {
        let probes = try probes(of: adapter)
        return probes.isEmpty ? nil : ProbeSet(path: layout.probes(of: adapter).path, probes: probes)
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

    /// Adds probes to those of an adapter, under names that none ever had; a row that is a probe already is passed over.
    ///
    /// - Returns: those that are new.
    public func add(_ drafts: [Draft], to adapter: AdapterName, by actor: Actor, at time: Timestamp) throws -> [KeptProbe] {
        guard drafts.allSatisfy({ $0.reason.contains { !$0.isWhitespace } }) else { throw SuiteError.emptyReason }
        return try changing(adapter) { book in
            var known = Set(book.probes.map(\.row))
            let unknown = drafts.filter { known.insert($0.row).inserted }
            guard unknown.count <= KeptProbe.lastNumber - book.lastNumber else {
                throw SuiteError.namesUsedUp(path: layout.probes(of: adapter).path)
            }
            let first = book.lastNumber + 1
            let new = unknown.enumerated().map { index, draft in
                KeptProbe(
                    number: first + index, reason: draft.reason, foundIn: draft.foundIn, added: time, by: actor,
                    atLeast: draft.atLeast, row: draft.row)
            }
            for probe in new { book.add(probe) }
            return new
        }
    }

    /// Takes away a probe that asks for something wrong.
    public func remove(_ name: String, from adapter: AdapterName) throws -> KeptProbe {
        try changing(adapter) { book in
            guard let index = book.probes.firstIndex(where: { $0.name == name }) else {
                throw SuiteError.unknownProbe(name, adapter, nearest: nearestName(to: name, among: book.probes.map(\.name)))
            }
            return book.probes.remove(at: index)
        }
    }

    /// Moves the file of an adapter that goes on under another name, with all its names; nothing where that was done.
    public func move(from old: AdapterName, to new: AdapterName) throws {
        let (source, target) = (layout.probes(of: old), layout.probes(of: new))
        guard access(source.path, F_OK) == 0 else { return }
        try locked {
            guard access(source.path, F_OK) == 0, access(target.path, F_OK) != 0 else { return }
            try DurableFile.rename(source, to: target)
        }
    }

    private func locked<Value>(_ body: () throws -> Value) throws -> Value {
        try DurableFile.makeFolder(layout.locks)
        guard let lock = try FileLock.take(layout.suiteLock, waiting: .seconds(20)) else { throw SuiteError.busy }
        return try withExtendedLifetime(lock, body)
    }

    private func changing<Value>(_ adapter: AdapterName, _ change: (inout Book) throws -> Value) throws -> Value {
        try locked {
            var book = try book(of: adapter)
            let value = try change(&book)
            try DurableFile.makeFolder(layout.probes)
            let text = book.lines.map { $0.text() + "\n" }.joined()
            if text.isEmpty {
                try DurableFile.remove(layout.probes(of: adapter))
            } else {
                try DurableFile.write(Data(text.utf8), to: layout.probes(of: adapter))
            }
            return value
        }
    }
}
