import CSSH2
import DurableFiles
import Foundation

/// Which keys speak for us, and which hosts we believe: the files of OpenSSH in the home folder, and its agent.
struct SSHKeys: Sendable {
    let home: URL

    var knownHosts: URL { home.appending(path: ".ssh/known_hosts") }

    /// Files of private keys that can serve: libssh2 before 1.11 signs with RSA keys by SHA-1 alone, which servers refuse.
    var files: [URL] {
        ["id_ed25519", "id_ecdsa"].map { home.appending(path: ".ssh/\($0)") }.filter { access($0.path, R_OK) == 0 }
    }

    var hasRSAOnly: Bool { files.isEmpty && access(home.appending(path: ".ssh/id_rsa").path, R_OK) == 0 }
}

/// A connection to a host whose key is known, as a user who was let in.
final class SSHSession {
    enum Credential: Sendable, Hashable {
        case agent
        case file(URL)
    }

    let pointer: OpaquePointer
    let credential: Credential
    /// The host's public key as it was sent.
    let hostKey: Data
    private let descriptor: Int32

    /// How long a host may be silent, in milliseconds.
    private static let patience = 60_000
    private static let started = libssh2_init(0)
    private static let keyTypes = [
        nil, "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa",
    ]

    /// - Throws: `RemoteError.unreachable`, `.unknownHost`, `.hostKeyChanged` or `.notLetIn`.
    init(_ address: SSHAddress, _ keys: SSHKeys) throws {
        guard Self.started == 0 else { throw RemoteError.unreachable(address.host, reason: "libssh2 does not start") }
        var judgement: Judgement?
        // a host has keys of several kinds, of which one may be known: each kind is asked for in turn
        for type in Self.keyTypes {
            guard let (session, socket) = try Self.connect(address, keyType: type) else { continue }
            let (found, key) = Self.judge(session, address, keys)
            if found == .known {
                (pointer, descriptor, hostKey) = (session, socket, key)
                do {
                    credential = try Self.authenticate(session, address, keys)
                } catch {
                    Self.close(session, socket)
                    throw error
                }
                return
            }
            Self.close(session, socket)
            if judgement != .changed { judgement = found }
        }
        switch judgement {
        case .changed: throw RemoteError.hostKeyChanged(host: address.host, port: address.port, knownHosts: keys.knownHosts.path)
        case .unknown: throw RemoteError.unknownHost(address.host, port: address.port, knownHosts: keys.knownHosts.path)
        default: throw RemoteError.unreachable(address.host, reason: "it speaks no SSH that is understood here")
        }
    }

    deinit { Self.close(pointer, descriptor) }

    private static func close(_ session: OpaquePointer, _ socket: Int32) {
        libssh2_session_disconnect_ex(session, 11, "done", "")
        libssh2_session_free(session)
        Foundation.close(socket)
    }

    /// What libssh2 says of the last failure.
    static func message(_ session: OpaquePointer) -> String {
        var text: UnsafeMutablePointer<CChar>?
        libssh2_session_last_error(session, &text, nil, 0)
        return text.map { String(cString: $0) } ?? "no reason given"
    }

    /// Nil when the host has no key of that type.
    private static func connect(_ address: SSHAddress, keyType: String?) throws -> (OpaquePointer, Int32)? {
        let socket = try dial(address)
        guard let session = libssh2_session_init_ex(nil, nil, nil, nil) else {
            Foundation.close(socket)
            throw RemoteError.unreachable(address.host, reason: "no memory")
        }
        libssh2_session_set_timeout(session, patience)
        if let keyType { libssh2_session_method_pref(session, LIBSSH2_METHOD_HOSTKEY, keyType) }
        guard libssh2_session_handshake(session, socket) == 0 else {
            let reason = message(session)
            libssh2_session_free(session)
            Foundation.close(socket)
            guard keyType != nil else { throw RemoteError.unreachable(address.host, reason: reason) }
            return nil
        }
        return (session, socket)
    }

    private static func dial(_ address: SSHAddress) throws -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(address.host, "\(address.port)", &hints, &list)
        guard code == 0 else { throw RemoteError.unreachable(address.host, reason: String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(list) }
        var (next, reason) = (list, "it has no address")
        while let entry = next?.pointee {
            let descriptor = socket(entry.ai_family, entry.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), entry.ai_protocol)
            if descriptor >= 0 {
                if Foundation.connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0 { return descriptor }
                reason = String(cString: strerror(errno))
                Foundation.close(descriptor)
            }
            next = entry.ai_next
        }
        throw RemoteError.unreachable(address.host, reason: reason)
    }
}

/// Whether a host is who it says.
extension SSHSession {
    enum Judgement { case known, unknown, changed }

    private static func judge(_ session: OpaquePointer, _ address: SSHAddress, _ keys: SSHKeys) -> (Judgement, Data) {
        var (length, type) = (0, Int32(0))
        guard let bytes = libssh2_session_hostkey(session, &length, &type) else { return (.unknown, Data()) }
        let key = Data(bytes: bytes, count: length)
        guard let hosts = libssh2_knownhost_init(session) else { return (.unknown, key) }
        defer { libssh2_knownhost_free(hosts) }
        guard libssh2_knownhost_readfile(hosts, keys.knownHosts.path, LIBSSH2_KNOWNHOST_FILE_OPENSSH) >= 0 else {
            return (.unknown, key)
        }
        let kind = LIBSSH2_KNOWNHOST_TYPE_PLAIN | LIBSSH2_KNOWNHOST_KEYENC_RAW
        switch libssh2_knownhost_checkp(hosts, address.host, Int32(address.port), bytes, length, kind, nil) {
        case LIBSSH2_KNOWNHOST_CHECK_MATCH: return (.known, key)
        case LIBSSH2_KNOWNHOST_CHECK_MISMATCH: return (.changed, key)
        default: return (.unknown, key)
        }
    }

    private static func authenticate(_ session: OpaquePointer, _ address: SSHAddress, _ keys: SSHKeys) throws -> Credential {
        if agentLetsIn(session, address) { return .agent }
        for file in keys.files {
            let code = libssh2_userauth_publickey_fromfile_ex(
                session, address.user, UInt32(address.user.utf8.count), nil, file.path, nil)
            if code == 0 { return .file(file) }
        }
        throw RemoteError.notLetIn(
            "\(address.user)@\(address.host)", keys: keys.files.map(\.path), hasRSAOnly: keys.hasRSAOnly)
    }

    private static func agentLetsIn(_ session: OpaquePointer, _ address: SSHAddress) -> Bool {
        guard getenv("SSH_AUTH_SOCK") != nil, let agent = libssh2_agent_init(session) else { return false }
        defer {
            libssh2_agent_disconnect(agent)
            libssh2_agent_free(agent)
        }
        guard libssh2_agent_connect(agent) == 0, libssh2_agent_list_identities(agent) == 0 else { return false }
        var previous: UnsafeMutablePointer<libssh2_agent_publickey>?
        var identity: UnsafeMutablePointer<libssh2_agent_publickey>?
        while libssh2_agent_get_identity(agent, &identity, previous) == 0 {
            if libssh2_agent_userauth(agent, address.user, identity) == 0 { return true }
            previous = identity
        }
        return false
    }
}
