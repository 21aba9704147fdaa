import Foundation

/// A recorded dialogue: lines that begin with `$ ` are run by `sh`, the lines beneath are what must be printed.
///
/// `[exit N]` after the output states a status other than 0. In expected lines `…` stands for any text within the line, a line
/// that is only `…` for any number of lines. Lines that begin with `## ` are remarks.
struct Transcript {
    struct Step {
        let command: String
        var expected: [String] = []
        var status: Int32 = 0
    }

    let name: String
    private(set) var steps: [Step] = []

    init(contentsOf file: URL) throws {
        name = file.deletingPathExtension().lastPathComponent
        let text = try String(contentsOf: file, encoding: .utf8)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) { read(line) }
    }

    private mutating func read(_ line: String) {
        if line.hasPrefix("## ") { return }
        if line.hasPrefix("$ ") {
            steps.append(Step(command: String(line.dropFirst(2))))
        } else if line.hasPrefix("[exit "), let status = Int32(line.dropFirst(6).dropLast()) {
            steps[steps.count - 1].status = status
        } else if !steps.isEmpty {
            steps[steps.count - 1].expected.append(line)
        }
    }
}

extension Transcript.Step {
    /// Whether the printed lines are the expected ones, wildcards considered; blank lines at the end do not count.
    func accepts(_ output: String) -> Bool {
        Transcript.Step.match(trimmed(expected)[...], trimmed(output.components(separatedBy: "\n"))[...])
    }

    private func trimmed(_ lines: [String]) -> [String] {
        Array(lines.reversed().drop { $0.isEmpty }.reversed())
    }

    private static func match(_ expected: ArraySlice<String>, _ lines: ArraySlice<String>) -> Bool {
        guard let pattern = expected.first else { return lines.isEmpty }
        if pattern == "…" {
            return (lines.startIndex...lines.endIndex).contains { match(expected.dropFirst(), lines[$0...]) }
        }
        guard let line = lines.first, matches(line, pattern) else { return false }
        return match(expected.dropFirst(), lines.dropFirst())
    }

    private static func matches(_ line: String, _ pattern: String) -> Bool {
        let parts = pattern.components(separatedBy: "…")
        guard parts.count > 1 else { return line == pattern }
        guard line.hasPrefix(parts[0]) else { return false }
        var rest = line.dropFirst(parts[0].count)
        for part in parts.dropFirst().dropLast() {
            guard let found = rest.range(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(parts[parts.count - 1])
    }
}
