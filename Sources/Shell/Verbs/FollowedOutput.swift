import DurableFiles
import Foundation
import Jobs

/// The end of what a job has printed so far, and what it prints from then on.
struct FollowedOutput {
    /// Of a long output no more than this is shown, from the beginning of a line.
    private static let shown = 64 << 10

    private let file: FileHandle
    /// Bytes of a character whose other bytes are not there yet.
    private var rest = Data()

    init(of job: Job, on shelf: JobShelf) throws {
        file = try FileHandle(forReadingFrom: shelf.output(of: job.number))
        let length = try file.seekToEnd()
        try file.seek(toOffset: length > UInt64(Self.shown) ? length - UInt64(Self.shown) : 0)
        guard length > UInt64(Self.shown), let skipped = try file.read(upToCount: Self.shown) else { return }
        let line = skipped.firstIndex(of: 0x0A).map { skipped.distance(from: skipped.startIndex, to: $0) + 1 } ?? 0
        try file.seek(toOffset: length - UInt64(Self.shown) + UInt64(line))
    }

    /// What has come since; nil when nothing has.
    mutating func next() throws -> String? {
        guard let new = try file.read(upToCount: 1 << 16), !new.isEmpty else { return nil }
        rest += new
        // at most three bytes can be the beginning of a character
        let cut = (1...3).first { count in
            rest.count >= count && rest[rest.endIndex - count] >= 0xC0
        }
        let isWhole = cut.map { String(validating: rest.suffix($0), as: UTF8.self) != nil } ?? true
        let text = isWhole ? rest : rest.dropLast(cut ?? 0)
        rest = isWhole ? Data() : Data(rest.suffix(cut ?? 0))
        return String(decoding: text, as: UTF8.self)
    }
}

/// Lines that come in pieces, each said once it is whole.
struct SaidInPieces {
    private let console: Console
    private var rest = ""

    init(_ console: Console) { self.console = console }

    mutating func say(_ piece: String) {
        // where nothing is folded nobody has to wait for the end of a line
        guard console.columns != nil else { return console.write(piece) }
        var lines = (rest + piece).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        rest = lines.popLast() ?? ""
        for line in lines { console.say(line) }
    }

    mutating func end() {
        if !rest.isEmpty { console.write(rest) }
        rest = ""
    }
}
