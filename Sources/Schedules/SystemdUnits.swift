/// A service and the timer that starts it, for `systemctl --user`.
public struct SystemdUnits: Sendable, Hashable {
    public let service: String
    public let timer: String

    /// - Parameters:
    ///   - name: of both files, without their endings.
    ///   - subject: what is checked, in words.
    ///   - words: the program's absolute path and its arguments.
    ///   - successes: exit statuses, beside 0, that are answers rather than failures.
    /// - Returns: nil when a unit file cannot hold the words: one has a newline or another control character.
    public init?(name: String, subject: String, _ times: RunTimes, _ words: [String], successes: [Int32]) {
        guard (words + [subject]).allSatisfy({ $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } }) else {
            return nil
        }
        service = """
            [Unit]
            Description=Retrain check of \(subject.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%"))

            [Service]
            Type=oneshot
            ExecStart=\(words.map(Self.quoted).joined(separator: " "))
            SuccessExitStatus=\(successes.map(String.init).joined(separator: " "))

            """
        // Persistent: a run that was missed while the machine was off is made up for
        timer = """
            [Unit]
            Description=When \(name).service runs

            [Timer]
            OnCalendar=\(times.calendarEvent)
            Persistent=true

            [Install]
            WantedBy=timers.target

            """
    }

    /// As `systemd.service(5)` reads a word: percent signs and dollars are doubled, quotes and backslashes escaped.
    private static func quoted(_ word: String) -> String {
        let escaped = word.flatMap { character -> [Character] in
            switch character {
            case "%", "$": [character, character]
            case "\"", "\\": ["\\", character]
            default: [character]
            }
        }
        return "\"" + String(escaped) + "\""
    }
}
