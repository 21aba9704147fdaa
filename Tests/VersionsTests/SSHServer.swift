import Foundation
import Testing

/// A server of OpenSSH with keys and configuration of its own, on a port of this machine, while this value lives.
final class SSHServer {
    let folder: URL
    /// The home folder of whoever connects.
    var home: URL { folder.appending(path: "home") }
    let port: Int
    /// Kept, since the folder may be gone before this value.
    private var identifier: pid_t?

    init(in folder: URL) throws {
        self.folder = folder
        port = Int.random(in: 20_000..<60_000)
        try FileManager.default.createDirectory(at: folder.appending(path: "home/.ssh"), withIntermediateDirectories: true)
        // where a server that was started by root parts with its rights
        if getuid() == 0 { try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true) }
        let hostKey = try makeKey("host")
        try "[127.0.0.1]:\(port) \(hostKey)\n".write(
            to: home.appending(path: ".ssh/known_hosts"), atomically: true, encoding: .utf8)
        try makeKey("home/.ssh/id_ed25519").write(
            to: folder.appending(path: "authorized_keys"), atomically: true, encoding: .utf8)
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
        let file = folder.appending(path: "sshd_config")
        try configuration.write(to: file, atomically: true, encoding: .utf8)
        // It goes to the background by itself: as a child it would close what Foundation watches its children by.
        let process = Process()
        process.executableURL = URL(filePath: "/usr/sbin/sshd")
        process.arguments = ["-f", file.path]
        try process.run()
        process.waitUntilExit()
        try waitUntilItListens()
        let text = try String(contentsOf: folder.appending(path: "pid"), encoding: .utf8)
        identifier = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    deinit { if let identifier { kill(identifier, SIGTERM) } }

    /// - Returns: the public half.
    func makeKey(_ name: String) throws -> String {
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

    private func waitUntilItListens() throws {
        for _ in 0..<200 {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let code = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if code == 0 { return }
            usleep(50_000)
        }
        throw NeverListened()
    }
}
