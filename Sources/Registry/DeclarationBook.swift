import Adapters
import Digests
import DurableFiles
import Foundation
import SharedWork

/// The declared adapters, of which only those are parsed that are new or changed since they were read last. What a catalogue shows of them has
/// a book of its own, which is much smaller.
struct DeclarationBook<Value: Sendable>: Sendable {
    private let layout: RegistryLayout
    private let book: StampBook
    private let make: @Sendable (AdapterDeclaration) -> Value
    private let fields: @Sendable (AdapterDeclaration) -> ArraySlice<UInt8>
    private let parse: @Sendable (ArraySlice<UInt8>) -> Value?

    private init(
        _ layout: RegistryLayout, file: String, make: @escaping @Sendable (AdapterDeclaration) -> Value,
        fields: @escaping @Sendable (AdapterDeclaration) -> ArraySlice<UInt8>,
        parse: @escaping @Sendable (ArraySlice<UInt8>) -> Value?
    ) {
        self.layout = layout
        (self.make, self.fields, self.parse) = (make, fields, parse)
        // what is kept is without the folder, but names it
        book = StampBook(
            layout.caches.appending(path: file), form: "\(AdapterDeclaration.fieldsForm) \(layout.adapters.path)/")
    }

    /// Every value that can be read, by name, and what is wrong with the other files.
    ///
    /// - Parameter moment: now, by the clock that stamps files.
    func read(at moment: FileMoment) throws -> (values: [Value], faults: [DeclarationFault]) {
        let (layout, book) = (layout, book)
        let (names, pages) = try together {
            try layout.declaredFiles(in: layout.adapters)
        } and: {
            book.contents
        }
        let outcomes = try inShares(of: declarationShare, names) { share in [try read(share, pages, at: moment)] }
        book.limit(to: names)
        return (outcomes.flatMap(\.0), outcomes.flatMap(\.1))
    }

    /// Keeps what was parsed for the next time.
    func save() { book.save() }

    private func read(
        _ names: ArraySlice<String>, _ pages: StampBook.Contents, at moment: FileMoment
    ) throws -> ([Value], [DeclarationFault]) {
        let open = try OpenFolder(layout.adapters)
        var values: [Value] = []
        var faults: [DeclarationFault] = []
        values.reserveCapacity(names.count)
        for name in names {
            do {
                let stamp = try open.stamp(of: name)
                if let known = pages.content(of: name, stamp).flatMap(parse) {
                    values.append(known)
                } else {
                    values.append(make(try declaration(name, stamp, in: open, at: moment)))
                }
            } catch {
                faults.append(DeclarationFault(of: layout.adapters.appending(path: name), error))
            }
        }
        return (values, faults)
    }

    private func declaration(
        _ name: String, _ stamp: FileStamp, in open: borrowing OpenFolder, at moment: FileMoment
    ) throws -> AdapterDeclaration {
        let declaration = try AdapterDeclarationFile.read(layout.adapters.appending(path: name))
        if try open.stamp(of: name) == stamp { book.keep(fields(declaration), of: name, stamp, at: moment) }
        return declaration
    }
}

/// How many declarations a thread takes at a time.
private let declarationShare = 1_000

extension DeclarationBook where Value == AdapterDeclaration {
    init(_ layout: RegistryLayout) {
        let folder = layout.adapters.path + "/"
        self.init(
            layout, file: "declarations", make: { $0 }, fields: { $0.fields(in: folder) },
            parse: { AdapterDeclaration(fields: $0, in: folder) })
    }
}

extension DeclarationBook where Value == DeclarationSummary {
    init(_ layout: RegistryLayout) {
        self.init(
            layout, file: "summaries", make: \.summary, fields: { $0.summary.fields },
            parse: { DeclarationSummary(fields: $0) })
    }
}

extension RegistryLayout {
    /// The names of the declaring files in a folder, in the order of what they declare; none when there is no such folder.
    func declaredFiles(in folder: URL) throws -> [String] {
        guard access(folder.path, F_OK) == 0 else { return [] }
        let names = try OpenFolder(folder).entries().map(\.name).filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }
        // by bytes: there are thousands
        return names.map { String(decoding: $0.utf8.dropLast(".yaml".utf8.count), as: UTF8.self) }.sorted().map { $0 + ".yaml" }
    }
}
