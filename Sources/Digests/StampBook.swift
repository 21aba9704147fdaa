import DurableFiles
import Foundation
import Synchronization

/// What was made of files that were looked at before, so that thousands are read once and not on every start.
///
/// One file holds it all: for each name the file's stamp and some bytes. What bears another stamp is unknown. The book saves time and
/// proves nothing: it is safe to delete, counts as empty when a bit of it is not as it was written, and where it cannot be written
/// things take longer.
public final class StampBook: Sendable {
    fileprivate struct Page: Sendable {
        let stamp: FileStamp
        let content: ArraySlice<UInt8>
    }

    private struct State {
        var pages: [String: Page]
        var isChanged = false
    }

    private let file: URL
    private let form: String
    /// Nil until somebody asks.
    private let state = Mutex<State?>(nil)

    /// - Parameter form: of what is kept; a book of another form counts as empty.
    public init(_ file: URL, form: String) {
        self.file = file
        self.form = form
    }

    private func withState<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
        state.withLock { state in
            var known = state ?? State(pages: Self.read(file, form) ?? [:])
            // what is changed must have one owner, or it is copied
            state = nil
            defer { state = known }
            return body(&known)
        }
    }

    /// What the book holds at a moment, to be asked without waiting for others.
    public struct Contents: Sendable {
        fileprivate let pages: [String: Page]

        public func content(of name: String, _ stamp: FileStamp) -> ArraySlice<UInt8>? {
            guard let page = pages[name], page.stamp == stamp else { return nil }
            return page.content
        }
    }

    public var contents: Contents { Contents(pages: withState(\.pages)) }

    public func content(of name: String, _ stamp: FileStamp) -> ArraySlice<UInt8>? { contents.content(of: name, stamp) }

    /// Takes down what was made of a file, unless it may change once more without a sign.
    ///
    /// - Parameters:
    ///   - stamp: of the file before it was read and after.
    ///   - moment: before the file was first looked at.
    public func keep(_ content: ArraySlice<UInt8>, of name: String, _ stamp: FileStamp, at moment: FileMoment) {
        guard stamp.isSettled(at: moment) else { return }
        withState { state in
            state.pages[name] = Page(stamp: stamp, content: content)
            state.isChanged = true
        }
    }

    /// Forgets what is not among these names, once there is more than they are.
    public func limit(to names: some Collection<String>) {
        withState { state in
            guard state.pages.count > names.count else { return }
            let wanted = Set(names)
            state.pages = state.pages.filter { wanted.contains($0.key) }
            state.isChanged = true
        }
    }

    /// Writes the book anew if something in it is new.
    public func save() {
        let body = withState { state -> Data? in
            guard state.isChanged else { return nil }
            state.isChanged = false
            return Data(Self.body(form, state.pages))
        }
        guard let body else { return }
        do {
            try DurableFile.makeFolder(file.deletingLastPathComponent(), permissions: 0o700)
            try DurableFile.write(ContentDigest.bytes(of: body) + body, to: file, permissions: 0o600)
        } catch {
            // what was made of the files is right all the same; next time it is made again
            return
        }
    }
}

/// Form of the file: SHA-256 of the rest; form; for each page its name, five numbers of 8 bytes, and its content.
extension StampBook {
    private static let digestSize = 32
    /// Few pages have fewer bytes.
    private static let shortPage = 160

    private static func body(_ form: String, _ pages: [String: Page]) -> ArraySlice<UInt8> {
        var writer = FieldWriter()
        writer.add(form)
        for (name, page) in pages {
            writer.add(name)
            for number in [Int(bitPattern: UInt(page.stamp.device)), Int(bitPattern: UInt(page.stamp.inode))] {
                writer.add(number)
            }
            for number in [page.stamp.size, page.stamp.modified, page.stamp.changed] { writer.add(number) }
            writer.add(page.content)
        }
        return writer.bytes
    }

    /// Nil when it cannot be read as it was written.
    private static func read(_ file: URL, _ form: String) -> [String: Page]? {
        guard let data = FileManager.default.contents(atPath: file.path), data.count > digestSize else { return nil }
        guard ContentDigest.bytes(of: data.dropFirst(digestSize)) == data.prefix(digestSize) else { return nil }
        let body = [UInt8](data).dropFirst(digestSize)
        var reader = FieldReader(body)
        guard reader.text() == form else { return nil }
        var pages: [String: Page] = [:]
        pages.reserveCapacity(body.count / shortPage)
        while !reader.isAtEnd {
            guard let name = reader.text(), let stamp = FileStamp(&reader), let content = reader.content() else { return nil }
            pages[name] = Page(stamp: stamp, content: content)
        }
        return pages
    }
}

extension FileStamp {
    fileprivate init?(_ reader: inout FieldReader) {
        guard let device = reader.number(), let inode = reader.number(), let size = reader.number(),
            let modified = reader.number(), let changed = reader.number()
        else { return nil }
        self.init(
            device: UInt64(bitPattern: Int64(device)), inode: UInt64(bitPattern: Int64(inode)), size: size, modified: modified,
            changed: changed)
    }
}
