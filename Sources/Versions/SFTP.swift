import CSSH2
import Digests
import DurableFiles
import Foundation

/// Files on the far side of an SSH connection.
final class SFTP {
    private let session: SSHSession
    private let pointer: OpaquePointer
    private static let pieceSize = 1 << 20

    init(_ session: SSHSession) throws {
        guard let pointer = libssh2_sftp_init(session.pointer) else {
            throw RemoteError.transfer("open SFTP", path: "sftp", reason: SSHSession.message(session.pointer))
        }
        (self.session, self.pointer) = (session, pointer)
    }

    deinit { libssh2_sftp_shutdown(pointer) }

    /// Nil when nothing is there.
    func size(of path: String) throws -> Int? {
        var attributes = LIBSSH2_SFTP_ATTRIBUTES()
        guard libssh2_sftp_stat_ex(pointer, path, length(path), LIBSSH2_SFTP_STAT, &attributes) == 0 else {
            if isMissing { return nil }
            throw failure("look at", path)
        }
        return Int(clamping: attributes.filesize)
    }

    func makeFolder(_ path: String) throws {
        guard try size(of: path) == nil else { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeFolder(String(path[..<slash])) }
        guard libssh2_sftp_mkdir_ex(pointer, path, length(path), 0o755) != 0 else { return }
        let failure = failure("make the folder", path)
        // somebody else may have made it meanwhile
        if try size(of: path) == nil { throw failure }
    }

    /// Writes a file there, as far as the server can tell on its disk. What stands there is written over from its beginning and never
    /// made shorter, so that of two that write the same neither harms the other.
    ///
    /// - Returns: size and digest of the bytes that were sent.
    func write(_ file: URL, to path: String) throws -> (size: Int, digest: ContentDigest) {
        let flags = UInt(LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT)
        let handle = try open(path, flags)
        defer { libssh2_sftp_close_handle(handle) }
        var (hash, size) = (ContentDigest.Hash(), 0)
        try FileBytes.read(file) { piece in
            hash.update(piece)
            size += piece.count
            var rest = piece
            while let start = rest.baseAddress, !rest.isEmpty {
                let count = libssh2_sftp_write(handle, start.assumingMemoryBound(to: CChar.self), rest.count)
                guard count > 0 else { throw failure("write", path) }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
        guard libssh2_sftp_fsync(handle) == 0 || libssh2_sftp_last_error(pointer) == UInt(LIBSSH2_FX_OP_UNSUPPORTED) else {
            throw failure("sync", path)
        }
        return (size, hash.finish())
    }

    /// - Parameter limit: more than so many bytes are not taken, however many the server sends.
    func read(_ path: String, upTo limit: Int, _ body: (Data) throws -> Void) throws {
        let handle = try open(path, UInt(LIBSSH2_FXF_READ))
        defer { libssh2_sftp_close_handle(handle) }
        var (piece, total) = ([CChar](repeating: 0, count: Self.pieceSize), 0)
        while true {
            let count = libssh2_sftp_read(handle, &piece, piece.count)
            guard count >= 0 else { throw failure("read", path) }
            guard count > 0 else { return }
            total += count
            guard total <= limit else {
                throw RemoteError.transfer("read", path: path, reason: "it is longer than \(limit) bytes")
            }
            try body(piece.withUnsafeBytes { Data($0.prefix(count)) })
        }
    }

    /// Size and digest of a file there, read back.
    func extent(of path: String, upTo limit: Int) throws -> (size: Int, digest: ContentDigest) {
        var (hash, size) = (ContentDigest.Hash(), 0)
        try read(path, upTo: limit) { piece in
            piece.withUnsafeBytes { hash.update($0) }
            size += piece.count
        }
        return (size, hash.finish())
    }

    /// Gives a file its name, unless something stands there: version 3 of the protocol replaces nothing.
    func rename(_ old: String, to new: String) throws {
        guard libssh2_sftp_rename_ex(pointer, old, length(old), new, length(new), 7) == 0 else { throw failure("rename", new) }
    }

    func remove(_ path: String) throws {
        guard libssh2_sftp_unlink_ex(pointer, path, length(path)) == 0 || isMissing else { throw failure("delete", path) }
    }

    private func open(_ path: String, _ flags: UInt) throws -> OpaquePointer {
        guard let handle = libssh2_sftp_open_ex(pointer, path, length(path), flags, 0o644, LIBSSH2_SFTP_OPENFILE) else {
            throw failure("open", path)
        }
        return handle
    }

    private func length(_ path: String) -> UInt32 { UInt32(path.utf8.count) }
    private var isMissing: Bool { libssh2_sftp_last_error(pointer) == UInt(LIBSSH2_FX_NO_SUCH_FILE) }

    private func failure(_ operation: String, _ path: String) -> RemoteError {
        let code = libssh2_sftp_last_error(pointer)
        let reason =
            switch code {
            case LIBSSH2_FX_NO_SUCH_FILE: "it is not there"
            case LIBSSH2_FX_PERMISSION_DENIED: "permission denied"
            case LIBSSH2_FX_FAILURE: "the server failed; its disk may be full"
            default: SSHSession.message(session.pointer)
            }
        return .transfer(operation, path: path, reason: reason)
    }
}
