/// Python's ways to cut and pad strings. Lengths count code points.
extension String {
    /// Without the leading and trailing characters of `set`; whitespace when nil.
    func stripped(of set: Set<Unicode.Scalar>? = nil, front: Bool = true, back: Bool = true) -> String {
        func isStripped(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? scalar.isPythonSpace }
        let scalars = unicodeScalars
        var start = scalars.startIndex
        var end = scalars.endIndex
        if front { while start < end, isStripped(scalars[start]) { start = scalars.index(after: start) } }
        if back { while start < end, isStripped(scalars[scalars.index(before: end)]) { end = scalars.index(before: end) } }
        return String(self[start..<end])
    }

    func hasEnd(_ part: String, atFront: Bool) -> Bool {
        guard part.utf8.count <= utf8.count else { return false }
        return atFront ? utf8.starts(with: part.utf8) : utf8.suffix(part.utf8.count).elementsEqual(part.utf8)
    }

    /// The parts between occurrences of a separator that is not empty, cutting at most `limit` times.
    func parts(at separator: String, limit: Int = .max, fromBack: Bool = false) -> [String] {
        let bytes = Array(utf8)
        let search = TextSearch(separator)
        var parts: [ArraySlice<UInt8>] = []
        var rest = 0..<bytes.count
        while parts.count < limit {
            let found = fromBack ? search.last(in: bytes, until: rest.upperBound) : search.first(in: bytes, from: rest.lowerBound)
            guard let found else { break }
            if fromBack {
                parts.append(bytes[found + search.count..<rest.upperBound])
                rest = 0..<found
            } else {
                parts.append(bytes[rest.lowerBound..<found])
                rest = found + search.count..<bytes.count
            }
        }
        parts.append(bytes[rest])
        if fromBack { parts.reverse() }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The runs between whitespace; what is left after `limit` cuts keeps its whitespace.
    func words(limit: Int = .max, fromBack: Bool = false) -> [String] {
        let scalars = fromBack ? unicodeScalars.reversed() : Array(unicodeScalars)
        var words: [[Unicode.Scalar]] = []
        var place = 0
        func skip(spaces: Bool) { while place < scalars.count, scalars[place].isPythonSpace == spaces { place += 1 } }
        skip(spaces: true)
        while place < scalars.count {
            let start = place
            if words.count == limit {
                words.append(Array(scalars[start...]))
                break
            }
            skip(spaces: false)
            words.append(Array(scalars[start..<place]))
            skip(spaces: true)
        }
        let texts = words.map { String(String.UnicodeScalarView(fromBack ? $0.reversed() : $0)) }
        return fromBack ? texts.reversed() : texts
    }

    /// The lines, cut at every line boundary Python knows.
    func pythonLines(keepsEnds: Bool = false) -> [String] {
        let scalars = Array(unicodeScalars)
        var lines: [String] = []
        var start = 0
        var place = 0
        while place < scalars.count {
            guard scalars[place].endsPythonLine else {
                place += 1
                continue
            }
            let end = place
            place += scalars[place] == "\r" && scalars[safe: place + 1] == "\n" ? 2 : 1
            lines.append(String(String.UnicodeScalarView(scalars[start..<(keepsEnds ? place : end)])))
            start = place
        }
        if start < scalars.count { lines.append(String(String.UnicodeScalarView(scalars[start...]))) }
        return lines
    }

    /// Before, separator and after; with no separator in the text, the text and two empty parts.
    func partitioned(at separator: String, fromBack: Bool) -> [String] {
        let cut = parts(at: separator, limit: 1, fromBack: fromBack)
        guard cut.count == 2 else { return fromBack ? ["", "", self] : [self, "", ""] }
        return [cut[0], separator, cut[1]]
    }

    /// Each occurrence replaced, at most `count` of them; an empty `old` stands between all characters.
    func replacing(_ old: String, with new: String, count: Int) -> String {
        let limit = count < 0 ? Int.max : count
        guard old.isEmpty else { return parts(at: old, limit: limit).joined(separator: new) }
        var result = ""
        var replaced = 0
        for scalar in unicodeScalars {
            if replaced < limit {
                result += new
                replaced += 1
            }
            result.unicodeScalars.append(scalar)
        }
        return replaced < limit ? result + new : result
    }

    enum Side { case left, right, center }

    /// Filled up to `width` code points, with the text at `side`.
    func padded(to width: Int, with fill: String = " ", _ side: Side) -> String {
        let missing = width - unicodeScalars.count
        guard missing > 0 else { return self }
        let front: Int
        switch side {
        case .left: front = 0
        case .right: front = missing
        case .center: front = missing / 2 + (missing & width & 1)
        }
        return String(repeating: fill, count: front) + self + String(repeating: fill, count: missing - front)
    }

    /// Zeros between sign and digits, up to `width`.
    func zeroFilled(to width: Int) -> String {
        guard let first = utf8.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") else {
            return padded(to: width, with: "0", .right)
        }
        return String(prefix(1)) + String(dropFirst()).padded(to: width - 1, with: "0", .right)
    }

    func expandingTabs(every width: Int) -> String {
        var result = String.UnicodeScalarView()
        var column = 0
        for scalar in unicodeScalars {
            if scalar == "\t" {
                guard width > 0 else { continue }
                let spaces = width - column % width
                result.append(contentsOf: repeatElement(" ", count: spaces))
                column += spaces
            } else {
                result.append(scalar)
                column = scalar == "\n" || scalar == "\r" ? 0 : column + 1
            }
        }
        return String(result)
    }
}

extension Unicode.Scalar {
    fileprivate var endsPythonLine: Bool {
        switch value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}
