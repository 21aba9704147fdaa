import DurableFiles
import Foundation

/// A process of this program in a session of its own: neither Ctrl-C nor the end of a terminal reaches it.
enum DetachedProcess {
    /// `POSIX_SPAWN_SETSID`, which headers show to GNU programs alone.
    private static let ownSession: Int16 = 0x80

    /// - Parameter telling: a descriptor of ours, and the number under which the process gets it.
    static func spawn(
        _ words: [String], environment: [String: String], output: URL, telling: (ours: Int32, theirs: Int32)
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawnattr_setflags(&attributes, ownSession)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.path, O_WRONLY | O_APPEND, 0)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        posix_spawn_file_actions_adddup2(&actions, telling.ours, telling.theirs)
        keepToOurselves()
        // the program that runs now, also where a newer one has taken its place meanwhile
        let program = "/proc/self/exe"
        var pid: pid_t = 0
        let code = withArray(words) { words in
            withArray(environment.map { "\($0)=\($1)" }) { environment in
                posix_spawn(&pid, program, &actions, &attributes, words, environment)
            }
        }
        guard code == 0 else { throw FileError(.open, URL(filePath: program), code: code) }
        return pid
    }

    /// Whoever started us may wait for the end of all who hold what he passed on; a job that outlives us must not hold it.
    private static func keepToOurselves() {
        guard let folder = opendir("/proc/self/fd") else { return }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let descriptor = Int32(name), descriptor > STDERR_FILENO { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        }
    }

    private static func withArray<Result>(_ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result) -> Result {
        let copies = texts.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        return body(copies)
    }
}
