import Faults
import Foundation

/// Where words go and what is known about the place: the only code that writes to the standard streams.
///
/// A reader that goes away (`lora list | head`) ends the output, not the work: once a write fails, the rest is dropped. Any other
/// failure is kept for the end, since output that is lost must not pass for output that was empty.
public final class Console: @unchecked Sendable {
    private let output: Int32
    private let errors: Int32
    private let lock = NSLock()
    private var outputIsOpen = true
    private var loss: OutputLost?
    /// What is printed while something gathers it, instead of being written.
    private var gathered: String?
    private var gathersComplaints = false
    /// The end of what has been said since it was asked to be kept.
    private var kept: String?
    private static let keptBytes = 1 << 17

    /// Whether the output is a terminal that can redraw a line.
    public let isTerminal: Bool
    let isScreen: Bool
    /// Columns of the terminal; 80 where there is none.
    public var width: Int { columns ?? 80 }

    /// Nil where no terminal is, or where it does not say.
    var columns: Int? { size.flatMap { $0.ws_col > 0 ? Int($0.ws_col) : nil } }
    var rows: Int? { size.flatMap { $0.ws_row > 0 ? Int($0.ws_row) : nil } }

    private var size: winsize? { isScreen ? Self.size(of: output) : nil }

    /// Nil where no terminal is.
    private static func size(of descriptor: Int32) -> winsize? {
        var size = winsize()
        return isatty(descriptor) == 1 && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? size : nil
    }

    public init(output: Int32 = STDOUT_FILENO, errors: Int32 = STDERR_FILENO) {
        self.output = output
        self.errors = errors
        isScreen = isatty(output) == 1
        isTerminal = isScreen && ProcessInfo.processInfo.environment["TERM"] != "dumb"
        signal(SIGPIPE, SIG_IGN)
        // A write beyond the limit on the size of files then fails and is told of, instead of ending the process.
        signal(SIGXFSZ, SIG_IGN)
    }

    public func print(_ line: String = "") { write(line + "\n") }

    /// Prints a line of words, folded between them where a terminal is narrower; what other programs read is never folded.
    public func say(_ line: String) {
        guard let columns else { return print(line) }
        let folded = Folding.lines(line, within: columns).joined(separator: "\n") + "\n"
        lock.withLock { put(folded, asKept: line + "\n") }
    }

    /// Writes to the output without ending the line.
    public func write(_ text: String) {
        lock.withLock { put(text, asKept: text) }
    }

    /// Under the lock.
    private func put(_ text: String, asKept words: String) {
        keep(words)
        if gathered != nil { return gathered?.append(text) ?? () }
        guard outputIsOpen else { return }
        let code = Console.write(text, to: output)
        outputIsOpen = code == 0
        if code != 0 && code != EPIPE { loss = OutputLost(code: code) }
    }

    /// - Throws: `OutputLost` when something was printed that went nowhere.
    func check() throws(OutputLost) {
        if let loss = lock.withLock({ loss }) { throw loss }
    }

    /// Writes to the error stream, folded as `say` does where that is a terminal.
    public func complain(_ text: String) {
        lock.withLock {
            keep(text + "\n")
            if gathersComplaints, gathered != nil { return gathered?.append(text + "\n") ?? () }
            _ = Console.write(folded(text) + "\n", to: errors)
        }
    }

    private func folded(_ text: String) -> String {
        guard let size = Self.size(of: errors), size.ws_col > 0 else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .flatMap { Folding.lines(String($0), within: Int(size.ws_col)) }.joined(separator: "\n")
    }

    /// Keeps what is said from now on, for whoever asks for it later.
    func beginKeeping() { lock.withLock { kept = "" } }

    /// What was said since, a line each; of more than fits the end.
    func endKeeping() -> [String] {
        let text = lock.withLock { () -> String in
            defer { kept = nil }
            return kept ?? ""
        }
        return text.split(separator: "\n").map(String.init)
    }

    private func keep(_ text: String) {
        guard kept != nil else { return }
        kept?.append(text)
        if let all = kept, all.utf8.count > 2 * Self.keptBytes {
            kept = String(decoding: all.utf8.suffix(Self.keptBytes), as: UTF8.self)
        }
    }

    /// Gathers what `body` prints instead of writing it.
    func gathering<Result, Failure: Error>(withComplaints: Bool = false, _ body: () throws(Failure) -> Result) throws(Failure)
        -> (
            text: String, result: Result
        )
    {
        lock.withLock { (gathered, gathersComplaints) = ("", withComplaints) }
        do throws(Failure) {
            let result = try body()
            return (takeGathered(), result)
        } catch {
            write(takeGathered())
            throw error
        }
    }

    private func takeGathered() -> String {
        lock.withLock {
            defer { (gathered, gathersComplaints) = (nil, false) }
            return gathered ?? ""
        }
    }

    /// - Returns: 0, or the `errno` of the write that failed.
    static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return errno }
            rest = rest.dropFirst(count)
        }
        return 0
    }
}

/// What was printed did not arrive.
struct OutputLost: Explained {
    /// The `errno` of the write.
    let code: Int32

    var explanation: Explanation {
        Explanation(
            "The output could not be written: \(String(cString: strerror(code))).",
            next: "What was asked is done; ask again where there is room for the answer.")
    }
}
