/// All texts of a line of JSON, keys and values, decoded into one run of bytes, and where in the line each byte was written.
///
/// It reads what is no JSON too, as well as it can: a secret in a broken line is a secret.
struct LineStrings {
    /// The texts, a NUL between two of them; numbers of many digits are texts here.
    private(set) var bytes: [UInt8] = []
    /// For each byte its place in the line; −1 for what stands between two texts.
    private(set) var places: [Int32] = []

    /// Numbers of fewer digits are no personal number, and token ids would be half of the work.
    private static let leastDigits = 9

    init(_ line: ArraySlice<UInt8>) {
        bytes.reserveCapacity(line.count)
        places.reserveCapacity(line.count)
        var place = line.startIndex
        while place < line.endIndex {
            switch line[place] {
            case UInt8(ascii: "\""):
                place = readString(line, from: place + 1)
                separate()
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                place = readNumber(line, from: place)
            default: place += 1
            }
        }
    }

    private mutating func separate() {
        bytes.append(0)
        places.append(-1)
    }

    private mutating func append(_ byte: UInt8, at place: Int) {
        bytes.append(byte)
        places.append(Int32(truncatingIfNeeded: place))
    }

    private mutating func readNumber(_ line: ArraySlice<UInt8>, from start: Int) -> Int {
        var end = start
        while end < line.endIndex, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(line[end]) { end += 1 }
        if end - start >= Self.leastDigits {
            for place in start..<end { append(line[place], at: place - line.startIndex) }
            separate()
        }
        return end
    }

    /// - Returns: the place behind the closing quote.
    private mutating func readString(_ line: ArraySlice<UInt8>, from start: Int) -> Int {
        var place = start
        while place < line.endIndex {
            let byte = line[place]
            if byte == UInt8(ascii: "\"") { return place + 1 }
            if byte == UInt8(ascii: "\\"), place + 1 < line.endIndex {
                place = readEscape(line, from: place)
            } else {
                append(byte, at: place - line.startIndex)
                place += 1
            }
        }
        return place
    }

    private mutating func readEscape(_ line: ArraySlice<UInt8>, from start: Int) -> Int {
        let column = start - line.startIndex
        switch line[start + 1] {
        case UInt8(ascii: "n"): append(0x0A, at: column)
        case UInt8(ascii: "t"): append(0x09, at: column)
        case UInt8(ascii: "r"): append(0x0D, at: column)
        case UInt8(ascii: "b"): append(0x08, at: column)
        case UInt8(ascii: "f"): append(0x0C, at: column)
        case UInt8(ascii: "u"):
            guard let first = Self.unit(line, start + 2) else { return start + 2 }
            var (value, end) = (first, start + 6)
            if (0xD800..<0xDC00).contains(first), end + 1 < line.endIndex, line[end] == UInt8(ascii: "\\"),
                line[end + 1] == UInt8(ascii: "u"), let second = Self.unit(line, end + 2), (0xDC00..<0xE000).contains(second)
            {
                value = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
                end += 6
            }
            for byte in String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8 { append(byte, at: column) }
            return end
        case let other: append(other, at: column)
        }
        return start + 2
    }

    private static func unit(_ line: ArraySlice<UInt8>, _ start: Int) -> UInt32? {
        guard start + 4 <= line.endIndex else { return nil }
        return line[start..<start + 4].reduce(UInt32?.some(0)) { value, byte in
            guard let value, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            return value << 4 + UInt32(digit)
        }
    }
}

/// The column, counted in characters as an editor counts them, of a place in a line.
func column(of place: Int32, in line: ArraySlice<UInt8>) -> Int {
    line.prefix(Int(max(0, place))).count { $0 & 0xC0 != 0x80 } + 1
}
