import Foundation

/// A process that no later one of the same number can be taken for: when it began is part of it.
struct ProcessIdentity: Sendable, Hashable {
    let pid: Int32
    /// The machine's boot, and the ticks of its clock at which the process began.
    let start: String

    init(pid: Int32, start: String) {
        self.pid = pid
        self.start = start
    }

    /// The process that has a number now; nil when none has.
    init?(of pid: Int32) {
        guard let boot = Self.text(of: "/proc/sys/kernel/random/boot_id"), let status = Self.text(of: "/proc/\(pid)/stat"),
            // the name before may hold blanks and parentheses; from the third field on there are none
            let name = status.lastIndex(of: ")")
        else { return nil }
        let fields = status[status.index(after: name)...].split(separator: " ")
        guard fields.count > 19 else { return nil }
        self.init(pid: pid, start: "\(boot.filter { !$0.isWhitespace })/\(fields[19])")
    }

    /// Whether the process is still there.
    var isAlive: Bool { ProcessIdentity(of: pid) == self }

    private static func text(of file: String) -> String? {
        FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) }
    }
}
