import DurableFiles
import Foundation

/// By what many files and folders are known again together, without reading them.
public struct TreeStamp {
    private var hash = ContentDigest.Hash()
    private var newest = 0
    /// How many files and folders were found.
    public private(set) var count = 0

    public init() {}

    /// Takes in a file or an empty place.
    public mutating func add(_ file: URL) throws(FileError) {
        do throws(FileError) {
            add("", try FileStamp(of: file))
        } catch {
            guard error.code == ENOENT else { throw error }
            add("missing")
        }
    }

    /// Takes in a folder with all that lies below it.
    public mutating func add(below folder: URL) throws(FileError) {
        let open = try OpenFolder(folder)
        add(".", try open.stamp(of: "."))
        for entry in try open.entries().sorted(by: { $0.name < $1.name }) {
            if entry.isFolder {
                add(entry.name)
                try add(below: folder.appending(path: entry.name))
            } else {
                add(entry.name, try open.stamp(of: entry.name))
            }
        }
    }

    public func finish() -> ContentDigest { hash.finish() }

    /// Whether whatever changes later is sure to lead to another stamp.
    public func isSettled(at moment: FileMoment) -> Bool { FileStamp.isSettled(newest, at: moment) }

    private mutating func add(_ name: String, _ stamp: FileStamp) {
        newest = max(newest, stamp.changed)
        count += 1
        add("\(name) \(stamp)")
    }

    private mutating func add(_ text: String) {
        var line = text + "\n"
        line.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) }
    }
}
