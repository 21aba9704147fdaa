import Adapters
import DurableFiles
import Foundation

/// The declared adapters, of which only those are parsed that are new or changed since they were read last.
struct DeclarationBook {
    private let layout: RegistryLayout
    private let book: StampBook

    init(_ layout: RegistryLayout) {
        self.layout = layout
        // settings keep their place, which names the folder
        book = StampBook(
            layout.caches.appending(path: "declarations"), form: "\(AdapterDeclaration.fieldsForm) \(layout.adapters.path)")
    }

    /// Every declaration that can be read, by name, and what is wrong with the others.
    ///
    /// - Parameter moment: now, by the clock that stamps files.
    func read(at moment: FileMoment) throws -> (declarations: [AdapterDeclaration], faults: [DeclarationFault]) {
        let names = try layout.declaredFiles(in: layout.adapters)
        guard !names.isEmpty else { return ([], []) }
        let folder = try OpenFolder(layout.adapters)
        var declarations: [AdapterDeclaration] = []
        var faults: [DeclarationFault] = []
        declarations.reserveCapacity(names.count)
        for name in names {
            do {
                declarations.append(try declaration(name, in: folder, at: moment))
            } catch {
                faults.append(DeclarationFault(of: layout.adapters.appending(path: name), error))
            }
        }
        book.limit(to: names)
        return (declarations.sorted { $0.name < $1.name }, faults)
    }

    /// Keeps what was parsed for the next time.
    func save() { book.save() }

    private func declaration(_ name: String, in folder: borrowing OpenFolder, at moment: FileMoment) throws -> AdapterDeclaration
    {
        let stamp = try folder.stamp(of: name)
        if let known = book.content(of: name, stamp).flatMap(AdapterDeclaration.init(fields:)) { return known }
        let declaration = try AdapterDeclarationFile.read(layout.adapters.appending(path: name))
        if try folder.stamp(of: name) == stamp { book.keep(declaration.fields, of: name, stamp, at: moment) }
        return declaration
    }
}

extension RegistryLayout {
    /// The names of the declaring files in a folder, sorted; none when there is no such folder.
    func declaredFiles(in folder: URL) throws -> [String] {
        guard access(folder.path, F_OK) == 0 else { return [] }
        return try OpenFolder(folder).entries().map(\.name).filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }.sorted()
    }
}
