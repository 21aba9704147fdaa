import Foundation

/// A folder that somebody hands us, made from a sound one, with what must become of it.
struct HostileFolder: Sendable, CustomStringConvertible {
    let name: String
    /// The exit status: 2 for what is of no kind we take, 14 for what is damaged.
    let status: Int32
    let spoil: @Sendable (URL) throws -> Void

    init(_ name: String, _ status: Int32, _ spoil: @escaping @Sendable (URL) throws -> Void) {
        self.name = name
        self.status = status
        self.spoil = spoil
    }

    var description: String { name }
}

/// What is done to a file of a folder; each replaces the file or takes its place.
enum Spoil {
    typealias Deed = @Sendable (URL) throws -> Void

    static func write(_ file: String, _ text: String) -> Deed { write(file, Data(text.utf8)) }
    static func write(_ file: String, _ data: Data) -> Deed { { try data.write(to: $0.appending(path: file)) } }

    static func remove(_ file: String) -> Deed { { try FileManager.default.removeItem(at: $0.appending(path: file)) } }

    static func folder(_ file: String) -> Deed {
        replacing(file) { try FileManager.default.createDirectory(at: $0, withIntermediateDirectories: true) }
    }

    static func pipe(_ file: String) -> Deed { replacing(file) { try require(mkfifo($0.path, 0o600) == 0) } }

    static func socket(_ file: String) -> Deed {
        replacing(file) { try require(mknod($0.path, S_IFSOCK | 0o600, 0) == 0) }
    }

    static func link(_ file: String, _ target: String) -> Deed {
        replacing(file) { try FileManager.default.createSymbolicLink(atPath: $0.path, withDestinationPath: target) }
    }

    /// Moves the file out of the folder and leaves a link to it.
    static func moveOut(_ file: String) -> Deed {
        { folder in
            let outside = folder.deletingLastPathComponent().appending(path: "outside-\(UUID().uuidString)")
            try FileManager.default.moveItem(at: folder.appending(path: file), to: outside)
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: file).path, withDestinationPath: outside.path)
        }
    }

    static func rename(_ file: String, _ name: String) -> Deed {
        { try FileManager.default.moveItem(at: $0.appending(path: file), to: $0.appending(path: name)) }
    }

    static func edit(_ file: String, _ change: @escaping @Sendable (inout Data) -> Void) -> Deed {
        { folder in
            var data = try Data(contentsOf: folder.appending(path: file))
            change(&data)
            try data.write(to: folder.appending(path: file))
        }
    }

    static func cut(_ file: String, to count: Int) -> Deed { edit(file) { $0 = $0.prefix(count) } }
    static func replace(_ file: String, _ old: String, _ new: String) -> Deed {
        edit(file) { data in
            let text = String(decoding: data, as: UTF8.self)
            data = Data(text.replacingOccurrences(of: old, with: new).utf8)
        }
    }

    /// Sets a key of a JSON file to a value that is given as text, however malformed.
    static func set(_ file: String, _ key: String, _ value: String) -> Deed {
        { folder in
            let url = folder.appending(path: file)
            var object = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] ?? [:]
            object[key] = nil
            let rest = String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self).dropFirst()
            try Data("{\"\(key)\": \(value)\(rest == "}" ? "" : ", ")\(rest)".utf8).write(to: url)
        }
    }

    /// A safetensors file whose header is this text, followed by so many zero bytes.
    static func header(_ file: String, _ text: String, data count: Int, claims: UInt64? = nil) -> Deed {
        var data = withUnsafeBytes(of: (claims ?? UInt64(text.utf8.count)).littleEndian) { Data($0) }
        data += Data(text.utf8) + Data(count: count)
        return write(file, data)
    }

    /// Changes the header of a safetensors file and keeps its data.
    static func editHeader(_ file: String, _ change: @escaping @Sendable (String) -> String) -> Deed {
        edit(file) { data in
            let count = Int(data.prefix(8).withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) })
            let header = change(String(decoding: data[8..<8 + count], as: UTF8.self))
            data =
                withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8)
                + data[(8 + count)...]
        }
    }

    /// Overwrites bytes of the data of a safetensors file.
    static func poke(_ file: String, at offset: Int, _ bytes: [UInt8]) -> Deed {
        edit(file) { data in
            let count = Int(data.prefix(8).withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) })
            data.replaceSubrange(8 + count + offset..<8 + count + offset + bytes.count, with: bytes)
        }
    }

    static func all(_ deeds: Deed...) -> Deed { { folder in for deed in deeds { try deed(folder) } } }

    private static func replacing(_ file: String, _ make: @escaping @Sendable (URL) throws -> Void) -> Deed {
        { folder in
            let url = folder.appending(path: file)
            if FileManager.default.fileExists(atPath: url.path) { try FileManager.default.removeItem(at: url) }
            try make(url)
        }
    }

    private static func require(_ isDone: Bool) throws {
        guard isDone else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }
}
