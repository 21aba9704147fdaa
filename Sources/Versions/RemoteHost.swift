import CGit2
import CSSH2
import Digests
import DurableFiles
import Foundation

/// A bare repository on another machine: git's objects and references go by git's own transport, large files by SFTP into its `lfs/objects`.
///
/// No lock is held there. References move by git's compare-and-swap, large files appear by renaming.
final class RemoteHost: RemoteRepository {
    private let address: SSHAddress
    let session: SSHSession
    private let sftp: SFTP

    /// Whether libgit2 and the address allow it at all is asked before any connection.
    static var isSupported: Bool { git_libgit2_features() & Int32(GIT_FEATURE_SSH.rawValue) != 0 }

    init(_ address: SSHAddress, _ keys: SSHKeys) throws {
        try GitLibrary.start.get()
        guard Self.isSupported else { throw RemoteError.withoutSSH("\(address)") }
        self.address = address
        session = try SSHSession(address, keys)
        sftp = try SFTP(session)
        guard try sftp.size(of: "\(address.path)/HEAD") != nil else { throw RemoteError.noRepository(path: "\(address)") }
    }

    var name: String { "\(address)" }

    func exclusively<Value>(_ body: (PublicationLease?) throws -> Value) throws -> Value { try body(nil) }

    private func object(_ pointer: LargeFilePointer) -> String {
        let hex = pointer.digest.hex
        return "\(address.path)/lfs/objects/\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))/\(hex)"
    }

    func problem(of pointer: LargeFilePointer, isThorough: Bool) throws -> VersionFault.Problem? {
        guard let size = try sftp.size(of: object(pointer)) else { return .missingObject(oid: pointer.digest.hex) }
        guard size == pointer.size else { return .wrongSize(expected: pointer.size, found: size) }
        guard isThorough else { return nil }
        let (length, digest) = try sftp.extent(of: object(pointer), upTo: pointer.size)
        return LargeFileStore.problem(of: pointer, size: length, digest: digest)
    }

    func put(_ pointer: LargeFilePointer, from store: LargeFileStore) throws -> VersionFault.Problem? {
        let source = store.object(pointer.digest)
        guard access(source.path, F_OK) == 0 else { return .missingObject(oid: pointer.digest.hex) }
        let (target, drafts) = (object(pointer), "\(address.path)/lfs/tmp")
        // the name is the content's: what a killed push left is found by the next
        let draft = "\(drafts)/\(DurableFile.draftPrefix)\(pointer.digest.hex)"
        try sftp.makeFolder(drafts)
        if let size = try sftp.size(of: draft), size > pointer.size { try sftp.remove(draft) }
        do {
            let sent = try sftp.write(source, to: draft)
            if let problem = LargeFileStore.problem(of: pointer, size: sent.size, digest: sent.digest) {
                try sftp.remove(draft)
                return problem
            }
            guard try sftp.extent(of: draft, upTo: pointer.size) == (pointer.size, pointer.digest) else {
                throw RemoteError.transfer("write", path: target, reason: "what arrived is not what was sent")
            }
            try sftp.makeFolder(String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)]))
            try place(draft, as: target, pointer)
            return nil
        } catch {
            // of two that push the same file one gives it its name
            if case .success(nil) = Result(catching: { try problem(of: pointer, isThorough: true) }) { return nil }
            // what went wrong first is what the caller should hear
            _ = Result { try sftp.remove(draft) }
            throw error
        }
    }

    /// Gives a whole draft its name. What is damaged goes aside first, so that whatever bears the name is never given up before there is a
    /// whole file to take its place.
    private func place(_ draft: String, as target: String, _ pointer: LargeFilePointer) throws {
        let aside = "\(draft).old"
        do {
            try sftp.rename(draft, to: target)
        } catch {
            switch try problem(of: pointer, isThorough: true) {
            // another push was quicker
            case nil: return try sftp.remove(draft)
            case .missingObject: throw error
            default: break
            }
            try sftp.remove(aside)
            try sftp.rename(target, to: aside)
            try sftp.rename(draft, to: target)
        }
        try sftp.remove(aside)
    }

    func get(_ pointer: LargeFilePointer, into store: LargeFileStore) throws -> VersionFault.Problem? {
        if let problem = try problem(of: pointer, isThorough: false) { return problem }
        return try store.receive(pointer) { draft in
            var (hash, size) = (ContentDigest.Hash(), 0)
            try DurableFile.write(to: draft) { append in
                try sftp.read(object(pointer), upTo: pointer.size) { piece in
                    piece.withUnsafeBytes { hash.update($0) }
                    size += piece.count
                    try append(piece)
                }
            }
            return (size, hash.finish())
        }
    }
}

/// What git's own transport does.
extension RemoteHost {
    func references() throws -> [String: git_oid] {
        try asking { calls, _ in
            let remote = try GitHandle("open the other repository", free: git_remote_free) {
                git_remote_create_detached($0, address.gitAddress)
            }
            try GitLibrary.check("connect", git_remote_connect(remote.pointer, GIT_DIRECTION_FETCH, &calls, nil, nil))
            defer { git_remote_disconnect(remote.pointer) }
            return try Self.references(of: remote)
        }
    }

    /// What the server told of when the connection was made.
    private static func references(of remote: borrowing GitHandle) throws(GitFailure) -> [String: git_oid] {
        var (heads, count): (UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?, Int) = (nil, 0)
        try GitLibrary.check("list references", git_remote_ls(&heads, &count, remote.pointer))
        return UnsafeBufferPointer(start: heads, count: count).reduce(into: [:]) { all, head in
            guard let head = head?.pointee else { return }
            let name = String(cString: head.name)
            // a tag is listed twice, the second time as what it leads to
            guard name.hasPrefix("refs/heads/") || name.hasPrefix("refs/tags/"), !name.hasSuffix("^{}") else { return }
            all[name] = head.oid
        }
    }

    func download(_ references: [String], into repository: borrowing GitRepository) throws {
        guard !references.isEmpty else { return }
        let place = repository.handle.pointer
        try asking { calls, _ in
            try GitRepository.download(references, from: address.gitAddress, into: place, calls)
        }
    }

    func take(_ moves: [ReferenceMove], from store: VersionStore, holding lease: PublicationLease?) throws {
        var (open, failure): ([ReferenceMove], RemoteError?) = (moves, nil)
        while !open.isEmpty {
            let before = open.count
            let refusals = try upload(from: store) { seen in
                let standing = try MoveStanding(of: open, in: seen)
                (open, failure) = (standing.open, failure ?? standing.failure)
                return open
            }
            let standing = try MoveStanding(of: open, in: references())
            for move in standing.done { try store.observeTransfer(.moved(move.short)) }
            (open, failure) = (standing.open, failure ?? standing.failure)
            for move in open {
                guard let message = refusals[move.name] else { continue }
                throw failure ?? .rejected(reference: move.short, message: message)
            }
            guard open.count < before else { throw failure ?? .busy(path: name) }
        }
        if let failure { throw failure }
    }

    /// Sends git's objects and moves references, each from where it stood when the connection was made.
    ///
    /// - Parameter choose: told where references stand there, says which are to move.
    /// - Returns: what the server says of those that it refused.
    private func upload(
        from store: VersionStore, _ choose: ([String: git_oid]) throws -> [ReferenceMove]
    ) throws -> [String: String] {
        try store.withRepository { repository in
            let place = repository.handle.pointer
            return try asking { calls, conversation in
                let remote = try GitHandle("open the other repository", free: git_remote_free) {
                    git_remote_create_anonymous($0, place, address.gitAddress)
                }
                try GitLibrary.check("connect", git_remote_connect(remote.pointer, GIT_DIRECTION_PUSH, &calls, nil, nil))
                defer { git_remote_disconnect(remote.pointer) }
                let moves = try choose(Self.references(of: remote))
                guard !moves.isEmpty else { return [:] }
                var options = git_push_options()
                try GitLibrary.check("prepare options", git_push_options_init(&options, UInt32(GIT_PUSH_OPTIONS_VERSION)))
                options.callbacks = calls
                // the server moves them in this order
                let code = GitRepository.withStrings(moves.map { "\($0.name):\($0.name)" }) {
                    git_remote_upload(remote.pointer, $0, &options)
                }
                // nothing was sent then; the next look tells what stands elsewhere
                if code != GIT_ENONFASTFORWARD.rawValue { try GitLibrary.check("push", code) }
                return conversation.refusals
            }
        }
    }

    /// What libgit2 asks while it works, and what it tells.
    private final class Conversation {
        let user: String
        let credential: SSHSession.Credential
        let hostKey: Data
        var attempts = 0
        /// What the server says of references that it did not move.
        var refusals: [String: String] = [:]

        init(_ user: String, _ session: SSHSession) {
            self.user = user
            (credential, hostKey) = (session.credential, session.hostKey)
        }

        static func behind(_ payload: UnsafeMutableRawPointer?) -> Conversation? {
            payload.map { Unmanaged<Conversation>.fromOpaque($0).takeUnretainedValue() }
        }

        func answer(_ credential: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>?) -> Int32 {
            attempts += 1
            // the same answer again would be asked for again
            guard attempts == 1 else { return GIT_EAUTH.rawValue }
            switch self.credential {
            case .agent: return git_credential_ssh_key_from_agent(credential, user)
            case .file(let file): return git_credential_ssh_key_new(credential, user, nil, file.path, nil)
            }
        }

        /// Whether it is the host that SFTP reached, whose key is known.
        func believes(_ certificate: UnsafeMutablePointer<git_cert>?) -> Bool {
            guard let certificate, certificate.pointee.cert_type == GIT_CERT_HOSTKEY_LIBSSH2 else { return false }
            let key = UnsafeRawPointer(certificate).load(as: git_cert_hostkey.self)
            guard key.type.rawValue & GIT_CERT_SSH_RAW.rawValue != 0, let bytes = key.hostkey else { return false }
            return Data(bytes: bytes, count: key.hostkey_len) == hostKey
        }
    }

    private func asking<Value>(_ body: (inout git_remote_callbacks, Conversation) throws -> Value) throws -> Value {
        var calls = git_remote_callbacks()
        let conversation = Conversation(address.user, session)
        do {
            try GitLibrary.check("prepare", git_remote_init_callbacks(&calls, UInt32(GIT_REMOTE_CALLBACKS_VERSION)))
            calls.payload = Unmanaged.passUnretained(conversation).toOpaque()
            calls.credentials = { credential, _, _, _, payload in Conversation.behind(payload)?.answer(credential) ?? -1 }
            calls.certificate_check = { certificate, _, _, payload in
                Conversation.behind(payload)?.believes(certificate) ?? false ? 0 : GIT_ECERTIFICATE.rawValue
            }
            calls.push_update_reference = { name, status, payload in
                if let name, let status {
                    Conversation.behind(payload)?.refusals[String(cString: name)] = String(cString: status)
                }
                return 0
            }
            return try withExtendedLifetime(conversation) { try body(&calls, conversation) }
        } catch let failure as GitFailure {
            throw RemoteError.transfer(failure.operation, path: name, reason: failure.message)
        }
    }
}
