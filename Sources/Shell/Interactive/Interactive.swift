import CReadline
import Foundation

/// The `lora>` prompt on GNU readline: history in a file, completion, Ctrl-C abandons a line, Ctrl-D leaves.
struct Interactive {
    /// Lines of history kept in the file.
    static let historyLimit: Int32 = 2_000

    let session: Session

    func run() -> ExitStatus {
        greet()
        Completion.install(for: session)
        let history = History(environment: session.environment)
        history.load()
        while let line = nextLine() {
            history.add(line)
            if case .leave = ShellLine.perform(line, in: session) { return .passed }
        }
        session.console.print()
        return .passed
    }

    private func greet() {
        session.console.print("LoRA Keeper \(LoraCommand.version). `help` lists the verbs, Tab completes, Ctrl-D leaves.")
    }

    private func nextLine() -> String? {
        guard let line = lora_read_line("lora> ") else { return nil }
        defer { free(line) }
        return String(cString: line)
    }
}

/// The typed lines of earlier sessions, in `$XDG_STATE_HOME/lora/history`.
final class History {
    private let file: URL?
    private var lastLine: String?

    init(environment: [String: String]) {
        let state =
            environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : URL(filePath: $0) }
            ?? environment["HOME"].map { URL(filePath: $0).appending(path: ".local/state") }
        file = state?.appending(path: "lora/history")
    }

    func load() {
        using_history()
        stifle_history(Interactive.historyLimit)
        if let file { read_history(file.path) }
    }

    /// Appends at once, so that two sessions keep each other's lines and a killed one loses nothing.
    func add(_ line: String) {
        guard !line.allSatisfy(\.isWhitespace), line != lastLine else { return }
        lastLine = line
        add_history(line)
        guard let file, prepare(file) else { return }
        append_history(1, file.path)
        history_truncate_file(file.path, Interactive.historyLimit)
    }

    /// A history that cannot be written is no reason to refuse work; the lines still serve this session.
    private func prepare(_ file: URL) -> Bool {
        let manager = FileManager.default
        if manager.fileExists(atPath: file.path) { return true }
        do {
            try manager.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        } catch {
            return false
        }
        return manager.createFile(atPath: file.path, contents: nil, attributes: [.posixPermissions: 0o600])
    }
}
