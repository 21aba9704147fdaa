import StrictJSON

/// Merges as they are written, before their tokens are looked up: "a b" in old files, ["a", "b"] in new ones.
struct MergeTexts {
    private var text: [UInt8] = []
    /// For each merge, where its first and its second part end in `text`.
    private var ends: [(first: Int, second: Int)] = []

    init(reading reader: inout JSONReader, file: String, key: String) throws {
        try reader.beginArray()
        while try reader.nextElement() {
            let start = text.count
            var firstEnd: Int?
            if reader.nextKind() == .array {
                try reader.beginArray()
                if try reader.nextElement() {
                    try reader.string(appendingTo: &text)
                    firstEnd = text.count
                }
                guard firstEnd != nil, try reader.nextElement() else { throw bad(from: start, file, key) }
                try reader.string(appendingTo: &text)
                guard try !reader.nextElement() else { throw bad(from: start, file, key) }
            } else {
                try reader.string(appendingTo: &text)
                if text[start...].starts(with: "#version".utf8) {
                    text.removeLast(text.count - start)
                    continue
                }
                firstEnd = splitAtSpace(from: start)
            }
            guard let firstEnd else { throw bad(from: start, file, key) }
            ends.append((firstEnd, text.count))
        }
    }

    /// Takes out the single space of "a b" and returns where "a" ends.
    private mutating func splitAtSpace(from start: Int) -> Int? {
        let spaces = text[start...].indices.filter { text[$0] == 0x20 }
        guard let space = spaces.first, spaces.count == 1 else { return nil }
        text.remove(at: space)
        return space
    }

    private func bad(from start: Int, _ file: String, _ key: String) -> TokenizerError {
        TokenizerError(
            .badMerge(String(decoding: text[start...], as: UTF8.self)), file: file, key: "\(key)[\(ends.count)]")
    }

    /// The table of ids. A merge whose parts or result the vocabulary lacks is an error.
    ///
    /// The result of "a" and "##b" is "ab": the second part loses the prefix of continuing words.
    func table(
        over vocabulary: Vocabulary, prefixLength: Int, file: String, key: String
    ) throws(TokenizerError) -> MergeTable {
        var table = MergeTable(capacity: ends.count)
        var start = 0
        var joined: [UInt8] = []
        // A trained vocabulary lists the results of the merges in the order of the merges.
        var expected = 0
        for (rank, end) in ends.enumerated() {
            let first = text[start..<end.first]
            let second = text[end.first..<end.second]
            var result = text[start..<end.second]
            if prefixLength > 0 {
                joined = Array(first) + second.dropFirst(prefixLength)
                result = joined[...]
            }
            guard let left = vocabulary.id(of: first), let right = vocabulary.id(of: second),
                let entry = vocabulary.entry(of: result, expected: expected)
            else { throw missing(first, second, result, vocabulary, file, "\(key)[\(rank)]") }
            table.add(left, right, rank: Int32(rank), id: vocabulary.ids[entry])
            expected = entry + 1
            start = end.second
        }
        return table
    }

    private func missing(
        _ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>, _ result: ArraySlice<UInt8>, _ vocabulary: Vocabulary,
        _ file: String, _ key: String
    ) -> TokenizerError {
        let lacking = [first, second, result].first { vocabulary.id(of: $0) == nil } ?? result
        let words = [first, second, lacking].map { String(decoding: $0, as: UTF8.self) }
        return TokenizerError(
            .mergeOutsideVocabulary(merge: "\(words[0]) \(words[1])", missing: words[2]), file: file, key: key)
    }
}
