import CGit2
import Digests
import DurableFiles
import Foundation

/// A call of libgit2 that failed.
struct GitFailure: Error, Hashable {
    let operation: String
    /// One of `git_error_code`.
    let code: Int32
    let message: String
    /// One of `git_error_t`.
    var kind: Int32 = 0

    func means(_ code: git_error_code) -> Bool { self.code == code.rawValue }

    /// Whether what was read is not what git wrote; what could not be written or locked is another matter.
    var isDamage: Bool {
        let kinds = [GIT_ERROR_ZLIB, GIT_ERROR_ODB, GIT_ERROR_OBJECT, GIT_ERROR_TAG, GIT_ERROR_TREE]
        return means(GIT_EMISMATCH) || means(GIT_EPEEL) || message.contains("corrupt") || message.contains("peeled")
            || kinds.contains { kind == Int32($0.rawValue) }
    }
}

/// An object of libgit2 that is freed with this value.
struct GitHandle: ~Copyable {
    let pointer: OpaquePointer
    private let free: (OpaquePointer?) -> Void

    /// Takes over what `make` puts into its argument.
    init(
        _ operation: String, free: @escaping (OpaquePointer?) -> Void,
        _ make: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
    ) throws(GitFailure) {
        var made: OpaquePointer?
        try GitLibrary.check(operation, make(&made))
        guard let made else { throw GitFailure(operation: operation, code: -1, message: "nothing was returned") }
        pointer = made
        self.free = free
    }

    deinit { free(pointer) }
}

enum GitLibrary {
    /// Starts the library once per process, with writes that reach the disk and reads that are held against their names.
    static let start: Result<Void, GitFailure> = Result { () throws(GitFailure) in
        try check("start libgit2", min(0, git_libgit2_init()))
        try check("turn fsync on", cgit2_enable_fsync())
        try check("turn the check of objects on", cgit2_verify_objects())
    }

    /// - Parameter code: what a call of libgit2 returned; below zero is failure.
    static func check(_ operation: String, _ code: Int32) throws(GitFailure) {
        if code < 0 { throw failure(operation, code) }
    }

    /// Forgets earlier failures: some calls fail without a word, and would be told of in those of another.
    static func forgetFailures() {
        git_error_clear()
        errno = 0
    }

    /// What libgit2 says of its last failure, or the system where it says nothing; only right after one is it of that.
    static func failure(_ operation: String, _ code: Int32) -> GitFailure {
        let reason = errno == 0 ? "no reason given" : String(cString: strerror(errno))
        let last = git_error_last()
        let message = last.flatMap { $0.pointee.message }.map { String(cString: $0) }
        return GitFailure(operation: operation, code: code, message: message ?? reason, kind: last.map { $0.pointee.klass } ?? 0)
    }

    static func hex(_ id: git_oid) -> String {
        var id = id
        return withUnsafeBytes(of: &id) { HexDigits.text(of: $0) }
    }

    static func oid(_ hex: String) throws(GitFailure) -> git_oid {
        var id = git_oid()
        try check("read an object id", git_oid_fromstr(&id, hex))
        return id
    }
}
