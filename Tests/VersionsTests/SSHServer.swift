import Foundation
import Testing

/// A server of OpenSSH with keys and configuration of its own, on a port of this machine, while this value lives.
final class SSHServer {
    let folder: URL
    /// The home folder of whoever connects.
    var home: URL { folder.appending(path: "home") }
    let port: Int
    /// Kept, since the folder may be gone before this value.
    private let identifier: pid_t

    init(in folder: URL) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder.appending(path: "home/.ssh"), withIntermediateDirectories: true)
        // where a server that was started by root parts with its rights
        if getuid() == 0 { try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true) }
        let hostKey = try Self.makeKey("host", in: folder)
        try Self.makeKey("home/.ssh/id_ed25519", in: folder).write(
            to: folder.appending(path: "authorized_keys"), atomically: true, encoding: .utf8)
        (port, identifier) = try Self.start(in: folder)
        try "[127.0.0.1]:\(port) \(hostKey)\n".write(
            to: home.appending(path: ".ssh/known_hosts"), atomically: true, encoding: .utf8)
    }

    /// Another program may take the port between the look and the server's turn: then it is another port's.
    private static func start(in folder: URL) throws -> (port: Int, identifier: pid_t) {
        for _ in 0..<5 {
            let port = try freePort()
            try configure(port, in: folder)
            // It goes to the background by itself: as a child it would close what Foundation watches its children by.
            let process = Process()
            process.executableURL = URL(filePath: "/usr/sbin/sshd")
            process.arguments = ["-f", folder.appending(path: "sshd_config").path]
            try process.run()
            process.waitUntilExit()
            // its parent ends well even where it cannot listen; it writes its number down once it does
            if let identifier = try identifierOnceListening(in: folder) { return (port, identifier) }
        }
        throw NeverListened()
    }

    private static func configure(_ port: Int, in folder: URL) throws {
        let configuration = """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(folder.path)/host
            AuthorizedKeysFile \(folder.path)/authorized_keys
            PermitRootLogin prohibit-password
            PasswordAuthentication no
            StrictModes no
            UsePAM no
            PidFile \(folder.path)/pid
            Subsystem sftp internal-sftp

            """
        try configuration.write(to: folder.appending(path: "sshd_config"), atomically: true, encoding: .utf8)
    }

    deinit { kill(identifier, SIGTERM) }

    /// - Returns: the public half.
    func makeKey(_ name: String) throws -> String { try Self.makeKey(name, in: folder) }

    private static func makeKey(_ name: String, in folder: URL) throws -> String {
        let file = folder.appending(path: name)
        let program = Process()
        program.executableURL = URL(filePath: "/usr/bin/ssh-keygen")
        program.arguments = ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file.path]
        try program.run()
        program.waitUntilExit()
        #expect(program.terminationStatus == 0)
        return try String(contentsOf: URL(filePath: "\(file.path).pub"), encoding: .utf8).trimmingCharacters(in: .newlines)
    }

    private struct NeverListened: Error {}

    /// One that the kernel gave out and nobody holds now.
    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else { throw NeverListened() }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Nil when it gave up or does not come to it within some seconds.
    private static func identifierOnceListening(in folder: URL) throws -> pid_t? {
        let file = folder.appending(path: "pid")
        for _ in 0..<100 {
            if FileManager.default.fileExists(atPath: file.path),
                case let text = try String(contentsOf: file, encoding: .utf8),
                let identifier = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
            {
                return identifier
            }
            usleep(50_000)
        }
        return nil
    }
}
