import CReadline
import Foundation

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
