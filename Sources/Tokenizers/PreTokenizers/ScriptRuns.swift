/// Runs of one script, Hiragana and Katakana counted as Han.
enum ScriptRuns {
    private struct Run {
        let first: UInt32
        let last: UInt32
        let script: UInt8
    }

    private static let table: [Run] = {
        var runs: [Run] = []
        var previous: UInt32 = 0
        for entry in ScriptTable.text.split(whereSeparator: \.isWhitespace) {
            let numbers = entry.split(separator: ",").compactMap { UInt32($0) }
            let first = previous + numbers[0]
            runs.append(Run(first: first, last: first + numbers[1], script: UInt8(numbers[2])))
            previous = first + numbers[1]
        }
        return runs
    }()

    /// nil for scalars that join any script.
    private static func script(of scalar: Unicode.Scalar) -> UInt8? {
        var low = 0
        var high = table.count
        while low < high {
            let middle = (low + high) / 2
            if table[middle].last < scalar.value { low = middle + 1 } else { high = middle }
        }
        guard low < table.count, table[low].first <= scalar.value else { return nil }
        return table[low].script
    }

    /// Byte ranges of the runs. What stands before the first scalar that has a script is in none, as in the reference.
    static func ranges(in text: ArraySlice<UInt8>) -> [Range<Int>] {
        var starts: [Int] = []
        var last: UInt8?
        var index = text.startIndex
        while index < text.endIndex {
            let (scalar, length) = text.scalar(at: index)
            if let script = script(of: scalar) {
                if script != last { starts.append(index - text.startIndex) }
                last = script
            }
            index += length
        }
        return zip(starts, starts.dropFirst() + [text.count]).map { $0..<$1 }
    }
}
