import Adapters
import CReadline
import Faults
import Foundation

/// What every verb is given: the console, the environment, the clock and the way to learn of Ctrl-C.
public struct Session: Sendable {
    public let console: Console
    public let environment: [String: String]
    public let workingFolder: URL
    /// True inside `lora>` or a piped script, where verbs are typed without `lora` in front.
    public let isInteractive: Bool
    /// The verb that is being performed, word by word as it was typed.
    public internal(set) var typed: [String] = []
    /// What the verb before said and how it ended.
    let last = LastCommand()
    private(set) var pages = true
    /// What time it is; the only clock that verbs read.
    public let clock: @Sendable () -> Timestamp

    public init(
        console: Console, environment: [String: String], workingFolder: URL, isInteractive: Bool,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.console = console
        self.environment = environment
        self.workingFolder = workingFolder
        self.isInteractive = isInteractive
        self.clock = clock
    }

    /// The session as the verb of these words sees it.
    func typing(_ words: [String]) -> Session {
        var session = self
        session.typed = words
        return session
    }

    /// The session as one whose output is not read page by page sees it.
    var withoutPager: Session {
        var session = self
        session.pages = false
        return session
    }

    /// Nil where nobody sits before a screen.
    var pager: Pager? { pages && console.isTerminal && isatty(STDIN_FILENO) == 1 ? Pager(environment: environment) : nil }

    /// Whether Ctrl-C has been pressed since the current verb began.
    public var isInterrupted: Bool { lora_interrupts_pending() != 0 }

    /// Whether the output may hold more than ASCII, as far as the locale tells: POSIX looks at three variables, the first that is set counts.
    var showsUnicode: Bool {
        guard environment["TERM"] != "dumb" else { return false }
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        return locale.lowercased().replacing("-", with: "").contains("utf8")
    }

    /// A typed path, relative to the working folder, with `~` for the home folder.
    public func url(_ path: String) -> URL {
        guard path == "~" || path.hasPrefix("~/"), let home = environment["HOME"] else {
            return URL(filePath: path, relativeTo: workingFolder).absoluteURL
        }
        return URL(filePath: home + path.dropFirst()).absoluteURL
    }

    /// A command as the user would type it here.
    func command(_ words: String) -> String { isInteractive ? words : "lora \(words)" }

    /// What was typed, as it would be typed again, without some of its flags.
    func command(repeatedWithout flags: Set<String>) -> String {
        command(typed.filter { !flags.contains($0) }.map(WordSplitter.quoted).joined(separator: " "))
    }
}
