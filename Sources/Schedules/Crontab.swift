import Faults

/// The text of a user's crontab, of which one block between marker lines is ours. Everything else is kept byte for byte, whatever it is.
public struct Crontab: Sendable, Hashable {
    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Marker lines name what a block is for, so that several registries have theirs in one crontab.
    static func opening(_ name: String) -> String { "# >>> lora schedule of \(name) >>>" }
    static func closing(_ name: String) -> String { "# <<< lora schedule of \(name) <<<" }

    /// The lines of the block between its markers; nil when there is none.
    ///
    /// - Throws: `CrontabError`
    public func block(of name: String) throws(CrontabError) -> [String]? {
        guard let block = try range(of: name) else { return nil }
        return lines[block].dropFirst().dropLast().map { Self.text(bytes[$0]) }
    }

    /// With the block in place of the old one, or at the end.
    ///
    /// - Throws: `CrontabError`
    public func installing(_ block: [String], of name: String) throws(CrontabError) -> Crontab {
        let text = ([Self.opening(name)] + block + [Self.closing(name)]).map { $0 + "\n" }.joined()
        guard let old = try range(of: name) else {
            // cron itself refuses a crontab whose last line does not end
            let gap = bytes.isEmpty || bytes.last == Self.newline ? [] : [Self.newline]
            return Crontab(bytes + gap + Array(text.utf8))
        }
        return Crontab(
            Array(bytes[..<lines[old.lowerBound].lowerBound]) + Array(text.utf8) + bytes[lines[old.upperBound - 1].upperBound...])
    }

    /// Without the block.
    ///
    /// - Throws: `CrontabError`
    public func removing(_ name: String) throws(CrontabError) -> Crontab {
        guard let old = try range(of: name) else { return self }
        return Crontab(Array(bytes[..<lines[old.lowerBound].lowerBound]) + bytes[lines[old.upperBound - 1].upperBound...])
    }

    private static let newline = UInt8(ascii: "\n")

    /// Of the bytes, each with its newline.
    private var lines: [Range<Int>] {
        var (lines, start) = ([Range<Int>](), 0)
        for (index, byte) in bytes.enumerated() where byte == Self.newline {
            lines.append(start..<index + 1)
            start = index + 1
        }
        if start < bytes.count { lines.append(start..<bytes.count) }
        return lines
    }

    /// A line without its end; editors may have put a carriage return there, or spaces.
    private static func text(_ line: ArraySlice<UInt8>) -> String {
        var line = line
        while let last = line.last, [newline, UInt8(ascii: "\r"), UInt8(ascii: " "), UInt8(ascii: "\t")].contains(last) {
            line.removeLast()
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// The lines from marker to marker.
    private func range(of name: String) throws(CrontabError) -> Range<Int>? {
        let (opening, closing) = (Self.opening(name), Self.closing(name))
        let texts = lines.map { Self.text(bytes[$0]) }
        let openings = texts.indices.filter { texts[$0].utf8.elementsEqual(opening.utf8) }
        let closings = texts.indices.filter { texts[$0].utf8.elementsEqual(closing.utf8) }
        guard openings.count <= 1, closings.count <= 1 else {
            throw CrontabError(line: (openings.count > 1 ? openings : closings)[1] + 1, reason: .twice)
        }
        switch (openings.first, closings.first) {
        case (nil, nil): return nil
        case (let first?, nil): throw CrontabError(line: first + 1, reason: .unclosed)
        case (nil, let last?): throw CrontabError(line: last + 1, reason: .unopened)
        case (let first?, let last?):
            guard first < last else { throw CrontabError(line: last + 1, reason: .unopened) }
            return first..<last + 1
        }
    }
}

/// Why our block cannot be told from the rest of a crontab.
public struct CrontabError: Error, Hashable, Explained {
    public enum Reason: Sendable, Hashable { case unclosed, unopened, twice }

    /// From 1.
    public let line: Int
    public let reason: Reason

    public var explanation: Explanation {
        let what =
            switch reason {
            case .unclosed: "A block of `lora schedule` begins here and ends nowhere"
            case .unopened: "A block of `lora schedule` ends here and begins nowhere before"
            case .twice: "There is a second block of `lora schedule` for the same registry"
            }
        return Explanation(
            "\(what); nothing was changed.", at: "crontab:\(line)", next: "Mend or delete those lines with `crontab -e`.",
            kind: .usage)
    }
}

/// One line for cron.
public enum CronLine {
    /// Debian's cron refuses longer commands.
    static let longestCommand = 998

    /// - Returns: nil when cron could not run the command: it has a newline or another control character, or is too long.
    public static func text(_ times: RunTimes, _ words: [String]) -> String? {
        guard words.allSatisfy({ $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } }) else { return nil }
        // to cron a percent sign is the end of a line
        let command = words.map(quoted).joined(separator: " ").split(separator: "%", omittingEmptySubsequences: false)
            .joined(separator: "\\%")
        return command.utf8.count <= longestCommand ? "\(times.cronFields) \(command)" : nil
    }

    /// A word as every shell reads it; a backslash before a percent sign is cron's, which takes it away, in quotes too.
    static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                byte >= 0x80 || Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber
                    || "/._-+=:,@%".utf8.contains(byte)
            }
        return isPlain
            ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
