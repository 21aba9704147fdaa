import CGit2
import DurableFiles

/// A call of libgit2 that failed.
struct GitFailure: Error, Hashable {
    let operation: String
    /// One of `git_error_code`.
    let code: Int32
    let message: String

    func means(_ code: git_error_code) -> Bool { self.code == code.rawValue }
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
    /// Starts the library once per process, with writes that reach the disk.
    static let start: Result<Void, GitFailure> = Result { () throws(GitFailure) in
        try check("start libgit2", min(0, git_libgit2_init()))
        try check("turn fsync on", cgit2_enable_fsync())
    }

    /// - Parameter code: what a call of libgit2 returned; below zero is failure.
    static func check(_ operation: String, _ code: Int32) throws(GitFailure) {
        guard code < 0 else { return }
        // Only right after a failure does the message belong to it.
        let message = git_error_last().flatMap { $0.pointee.message }.map { String(cString: $0) }
        throw GitFailure(operation: operation, code: code, message: message ?? "no reason given")
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
