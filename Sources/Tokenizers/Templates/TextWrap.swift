/// Python's `textwrap.wrap` of one line, with whitespace kept as it is but dropped where lines break.
struct TextWrap {
    let width: Int
    let breaksLongWords: Bool
    let breaksAtHyphens: Bool

    func lines(of text: String) -> [String] {
        var chunks = chunks(of: text)[...]
        var lines: [String] = []
        while !chunks.isEmpty {
            if !lines.isEmpty, chunks.first?.allSatisfy(\.isPythonSpace) ?? false { chunks.removeFirst() }
            let line = nextLine(&chunks)
            if !line.isEmpty { lines.append(String(String.UnicodeScalarView(line))) }
        }
        return lines
    }

    /// Takes as many chunks as fit, at least one, and drops the space at the end.
    private func nextLine(_ chunks: inout ArraySlice<[Unicode.Scalar]>) -> [Unicode.Scalar] {
        var taken: [[Unicode.Scalar]] = []
        var length = 0
        while let chunk = chunks.first, length + chunk.count <= width {
            taken.append(chunk)
            length += chunk.count
            chunks.removeFirst()
        }
        if let chunk = chunks.first, chunk.count > width {
            let room = max(1, width - length)
            if breaksLongWords {
                let cut = hyphenCut(chunk, room) ?? room
                taken.append(Array(chunk.prefix(cut)))
                chunks[chunks.startIndex] = Array(chunk.dropFirst(cut))
            } else if taken.isEmpty {
                taken.append(chunk)
                chunks.removeFirst()
            }
        }
        if taken.last?.allSatisfy(\.isPythonSpace) ?? false { taken.removeLast() }
        return Array(taken.joined())
    }

    /// Where a word too long for the line is cut after a hyphen that fits.
    private func hyphenCut(_ chunk: [Unicode.Scalar], _ room: Int) -> Int? {
        guard breaksAtHyphens, chunk.count > room, let hyphen = chunk.prefix(room).lastIndex(of: "-"), hyphen > 0,
            chunk[..<hyphen].contains(where: { $0 != "-" })
        else { return nil }
        return hyphen + 1
    }

    /// Runs of whitespace and words; a word may be cut after a hyphen between letters.
    private func chunks(of text: String) -> [[Unicode.Scalar]] {
        var chunks: [[Unicode.Scalar]] = []
        let scalars = Array(text.unicodeScalars)
        for (place, scalar) in scalars.enumerated() {
            guard let last = chunks.last?.last, last.isPythonSpace == scalar.isPythonSpace, !breaks(scalars, before: place) else {
                chunks.append([scalar])
                continue
            }
            chunks[chunks.count - 1].append(scalar)
        }
        return chunks
    }

    private func breaks(_ scalars: [Unicode.Scalar], before place: Int) -> Bool {
        guard breaksAtHyphens, place >= 3, place + 1 < scalars.count, scalars[place - 1] == "-" else { return false }
        func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isPythonLetter }
        return isLetter(scalars[place - 2]) && isLetter(scalars[place - 3]) && isLetter(scalars[place])
            && isLetter(scalars[place + 1])
    }
}
