import Foundation

/// One line that is drawn again and again on a terminal; elsewhere, plain lines at a quieter pace.
final class ProgressLine {
    private let console: Console
    /// Seconds between plain lines where there is no terminal.
    private let plainInterval: Double
    private let clock = ContinuousClock()
    private var lastShown: ContinuousClock.Instant?
    private var isDrawn = false

    init(console: Console, plainInterval: Double = 5) {
        self.console = console
        self.plainInterval = plainInterval
    }

    /// Shows the line if it is time to; `isLast` always shows it.
    func show(_ text: @autoclosure () -> String, isLast: Bool = false) {
        let now = clock.now
        let interval = console.isTerminal ? 0.1 : plainInterval
        if !isLast, let lastShown, (now - lastShown) / .seconds(1) < interval { return }
        lastShown = now
        guard console.isTerminal else { return console.print(text()) }
        console.write("\r\u{1B}[K" + text().prefix(console.width - 1))
        isDrawn = true
    }

    /// Leaves what was drawn last on a line of its own.
    func end() {
        if isDrawn { console.print() }
        isDrawn = false
    }

    private static let (widestBar, narrowestBar) = (24, 6)

    /// A bar between words; on a terminal so short that the words have room.
    func text(_ before: String, _ share: Double, _ after: String) -> String {
        let room = console.isTerminal ? console.width - 1 - before.count - after.count - 2 : Self.widestBar
        return before + Self.bar(share, cells: min(Self.widestBar, max(Self.narrowestBar, room))) + after
    }

    /// `[=====>    ]` for a share of the work.
    private static func bar(_ share: Double, cells: Int) -> String {
        let full = min(cells, max(0, Int(share * Double(cells))))
        let head = full < cells ? ">" : ""
        return "[" + String(repeating: "=", count: full) + head
            + String(repeating: " ", count: max(0, cells - full - head.count)) + "]"
    }
}

/// Progress of putting held-out rows to a model.
final class MeasuringBar {
    private let session: Session
    private let line: ProgressLine?
    /// All of whose rows were measured: while its answers are scored, nothing new is to be shown.
    private var finished: String?

    init(session: Session, isQuiet: Bool) {
        self.session = session
        line = isQuiet ? nil : ProgressLine(console: session.console)
    }

    /// - Throws: `StoppedMeasuring` once Ctrl-C was pressed.
    func show(_ subject: String, _ done: Int, _ rows: Int) throws {
        guard !session.isInterrupted else { throw StoppedMeasuring() }
        draw(subject, done, rows)
    }

    func draw(_ subject: String, _ done: Int, _ rows: Int) {
        guard done < rows || finished != subject else { return }
        finished = done == rows ? subject : nil
        let share = rows == 0 ? 1 : Double(done) / Double(rows)
        line?.show(line?.text("measuring \(subject) ", share, " \(done)/\(rows) rows") ?? "", isLast: done == rows)
        if done == rows { line?.end() }
    }

    func end() { line?.end() }
}
