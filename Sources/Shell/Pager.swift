import CReadline
import Foundation

/// The program that shows what is longer than the screen: `LORA_PAGER`, else `PAGER`, else less. An empty one, or `NO_PAGER`, asks for none.
struct Pager: Sendable {
    /// Leaves at once where all fits, keeps colours, and leaves on the screen what it showed.
    private static let usual = "less -FRX"

    let command: String

    init?(environment: [String: String]) {
        guard (environment["NO_PAGER"] ?? "").isEmpty, environment["TERM"] != "dumb" else { return nil }
        command = environment["LORA_PAGER"] ?? environment["PAGER"] ?? Self.usual
        guard !command.allSatisfy(\.isWhitespace), command != "cat" else { return nil }
    }

    /// - Returns: false when the pager could not be started; nothing was shown then.
    func show(_ text: String) -> Bool {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return false }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let pid = start(reading: ends[0])
        close(ends[0])
        guard let pid else {
            close(ends[1])
            return false
        }
        // Ctrl-C is the pager's as long as it shows something
        signal(SIGINT, SIG_IGN)
        defer {
            lora_interrupts_catch()
            lora_interrupts_clear()
        }
        // whoever leaves before the end has seen enough
        _ = Console.write(text, to: ends[1])
        close(ends[1])
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        // 126 and 127 are the shell's words for a program that cannot be run or is not there
        let (hasExited, code) = (status & 0x7F == 0, status >> 8 & 0xFF)
        return !(hasExited && (code == 126 || code == 127))
    }

    private func start(reading input: Int32) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        var signals = sigset_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        // those that we ignore would be ignored there too
        sigemptyset(&signals)
        for ignored in [SIGPIPE, SIGXFSZ, SIGINT] { sigaddset(&signals, ignored) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        let words: [UnsafeMutablePointer<CChar>?] = ["sh", "-c", command].map { (word: String) in strdup(word) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        return posix_spawn(&pid, "/bin/sh", &actions, &attributes, words, environ) == 0 ? pid : nil
    }
}

/// A verb whose output is read rather than watched: what is longer than the screen goes through the pager.
protocol PagedVerb: Verb {}

extension AliasListVerb: PagedVerb {}
extension BaseListVerb: PagedVerb {}
extension CostVerb: PagedVerb {}
extension DatasetDiffVerb: PagedVerb {}
extension DatasetListVerb: PagedVerb {}
extension DatasetShowVerb: PagedVerb {}
extension DiffVerb: PagedVerb {}
extension DoctorVerb: PagedVerb {}
extension HistoryVerb: PagedVerb {}
extension JobsVerb: PagedVerb {}
extension LedgerVerb: PagedVerb {}
extension ListVerb: PagedVerb {}
extension PolicyExplainVerb: PagedVerb {}
extension PolicyListVerb: PagedVerb {}
extension PolicyShowVerb: PagedVerb {}
extension ProbeListVerb: PagedVerb {}
extension ScheduleShowVerb: PagedVerb {}
extension ScheduleSimulateVerb: PagedVerb {}
extension ShowVerb: PagedVerb {}
extension SuiteListVerb: PagedVerb {}
extension SuiteShowVerb: PagedVerb {}
extension WhyVerb: PagedVerb {}
