/// Reads the ISO 8601 forms that `Timestamp` accepts, byte by byte.
struct TimestampScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func moment() -> Timestamp? {
        guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2) else { return nil }
        if isAtEnd { return Timestamp(year: year, month: month, day: day) }
        guard skip("T") || skip("t"), let hour = number(2), skip(":"), let minute = number(2), skip(":"), let second = number(2),
            let moment = Timestamp(year: year, month: month, day: day, hour: hour, minute: minute, second: second),
            dropFraction(), let offset = offset(), isAtEnd
        else { return nil }
        return moment.adding(seconds: -offset)
    }

    /// Seconds east of UTC.
    private mutating func offset() -> Int? {
        if isAtEnd || skip("Z") || skip("z") { return 0 }
        let sign = skip("+") ? 1 : -1
        guard sign == 1 || skip("-"), let hours = number(2), hours < 24 else { return nil }
        _ = skip(":")
        guard let minutes = number(2), minutes < 60 else { return nil }
        return sign * (3_600 * hours + 60 * minutes)
    }

    /// False when a point stands without digits behind it.
    private mutating func dropFraction() -> Bool {
        guard skip(".") else { return true }
        let start = position
        while position < bytes.count, isDigit(bytes[position]) { position += 1 }
        return position > start
    }

    private mutating func number(_ width: Int) -> Int? {
        guard position + width <= bytes.count, bytes[position..<position + width].allSatisfy(isDigit) else { return nil }
        defer { position += width }
        return bytes[position..<position + width].reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) }
    }

    private mutating func skip(_ character: Character) -> Bool {
        guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
        position += 1
        return true
    }

    private var isAtEnd: Bool { position == bytes.count }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
