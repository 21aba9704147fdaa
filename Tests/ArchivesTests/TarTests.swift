import DurableFiles
import Foundation
import Testing

@testable import Archives

@Suite("Tar archives")
final class TarTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    private var archive: URL { folder.appending(path: "archive.tar") }

    /// What a header holds as it is, what it holds cut in two, and what needs an extended one.
    private static let paths = [
        "a", "b/c.txt", String(repeating: "n", count: 100),
        String(repeating: "p", count: 155) + "/" + String(repeating: "n", count: 100),
        "deep/" + String(repeating: "d/", count: 200) + "end", String(repeating: "l", count: 240), "ünïcode/Größe 1 %.json",
    ]

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { _ = Result { try FileManager.default.removeItem(at: folder) } }

    private func content(_ number: Int) -> Data {
        Data((0..<(number * 300)).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) })
    }

    private func write(_ paths: [String]) throws {
        var data = TarEntry(.folder, path: "empty", mode: 0o750, modified: 1_780_000_000).header
        for (number, path) in paths.enumerated() {
            let bytes = content(number)
            let entry = TarEntry(.file, path: path, size: bytes.count, mode: 0o640, modified: 1_780_000_000)
            data += entry.header + bytes + entry.padding
        }
        try (data + TarEntry.end).write(to: archive)
    }

    private func read() throws -> [(TarEntry, Data)] {
        var reader = try TarReader(archive)
        var entries: [(TarEntry, Data)] = []
        while let entry = try reader.next() {
            var data = Data()
            while let piece = try reader.read() { data.append(piece) }
            entries.append((entry, data))
        }
        return entries
    }

    @discardableResult
    private func run(_ command: String) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-ec", command]
        process.currentDirectoryURL = folder
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: output, as: UTF8.self)
    }

    @Test("the tar program unpacks what was written, and finds nothing else")
    func unpacked() throws {
        try write(Self.paths)
        try run("mkdir out && tar -C out -xf archive.tar")
        for (number, path) in Self.paths.enumerated() {
            #expect(try Data(contentsOf: folder.appending(path: "out/\(path)")) == content(number), "\(path)")
        }
        let listing = try run("find out -type f | wc -l; stat -c %a out/empty out/a; stat -c %Y out/a")
        #expect(listing.split(separator: "\n") == ["\(Self.paths.count)", "750", "640", "1780000000"])
    }

    @Test("a size that eleven octal digits cannot say is written as tar reads it")
    func largeSize() throws {
        let size = 1 << 34
        try (TarEntry(.file, path: "huge", size: size, mode: 0o600, modified: 0).header).write(to: archive)
        #expect(try run("tar -tvf archive.tar 2>/dev/null || true").contains(" \(size) "))
        var reader = try TarReader(archive)
        #expect(try reader.next()?.size == size)
    }

    @Test("what was written is read", arguments: [[], paths])
    func read(paths: [String]) throws {
        try write(paths)
        let entries = try read()
        #expect(entries.map(\.0.path) == ["empty"] + paths)
        #expect(entries.dropFirst().map(\.1) == paths.indices.map(content))
        #expect(entries.first?.0.kind == .folder && entries.first?.0.mode == 0o750)
    }

    @Test("what the tar program wrote is read", arguments: ["ustar", "posix"])
    func foreign(format: String) throws {
        let name = String(repeating: "x", count: format == "posix" ? 120 : 60)
        try run("mkdir -p d/e; printf hello > d/\(name); : > d/e/none; tar --format=\(format) --sort=name -cf archive.tar d")
        let entries = try read()
        #expect(entries.map(\.0.path) == ["d", "d/e", "d/e/none", "d/\(name)"])
        #expect(entries.last?.1 == Data("hello".utf8))
    }

    @Test(
        "what would leave its folder, or is no file, is refused",
        arguments: [
            ("ln -s /etc link", "link"), ("ln a hard", "a hard"), ("mkfifo pipe", "pipe"), (":", "/tmp/x"), (":", "../x"),
            (":", "b/../../x"),
        ])
    func hostile(command: String, names: String) throws {
        if command == ":" {
            try write(["a"])
            let data = try Data(contentsOf: archive)
            let entry = TarEntry(.file, path: names, mode: 0o600, modified: 0)
            try (entry.header + data).write(to: archive)
        } else {
            try run("printf x > a; \(command); tar -cf archive.tar \(names)")
        }
        #expect(throws: TarError.self) { try read() }
    }

    @Test("an archive that was cut short anywhere is refused")
    func truncated() throws {
        try write(Array(Self.paths.prefix(4)))
        let data = try Data(contentsOf: archive)
        for length in stride(from: 0, to: data.count, by: 97) {
            try data.prefix(length).write(to: archive)
            #expect(throws: TarError.self, "\(length) of \(data.count) bytes") { try read() }
        }
    }

    @Test("a bit that flips in a header or in padding is seen")
    func flipped() throws {
        try write(["a", "b"])
        let data = try Data(contentsOf: archive)
        // the bytes of b are those of its owner
        let content = 3 * 512..<3 * 512 + 300
        for bit in 0..<data.count * 8 where !content.contains(bit / 8) && bit % 5 == 0 {
            var changed = data
            changed[bit / 8] ^= 1 << (bit % 8)
            try changed.write(to: archive)
            #expect(throws: TarError.self, "bit \(bit)") { try read() }
        }
    }
}
