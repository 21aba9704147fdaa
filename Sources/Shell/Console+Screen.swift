extension Console {
    /// Draws over the whole screen; what does not fit is left out. A terminal that cannot redraw gets one picture under the other.
    func redraw(_ text: String) {
        guard isTerminal else { return write(text + "\n") }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).flatMap {
            Folding.lines(String($0), within: width)
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        if let rows, lines.count > rows - 1 { lines = lines.prefix(max(1, rows - 2)) + ["…"] }
        // to the corner; each line and what is beneath the last is cleared only as it is written, lest the picture flicker
        write("\u{1B}[H" + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J")
    }

    /// Writes a text that is read rather than watched: through the pager where it is longer than the screen.
    func show(_ text: String, by pager: Pager?) {
        guard let pager, isTerminal, let rows, height(of: text) >= rows, pager.show(text) else { return write(text) }
    }

    private func height(of text: String) -> Int {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().reduce(0) {
            $0 + max(1, ($1.count + width - 1) / width)
        }
    }
}
