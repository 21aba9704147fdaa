/// Digits as they are written: groups with one kind of separator between them.
struct DigitGroups {
    private(set) var digits: [UInt8] = []
    private(set) var lengths: [Int] = []
    /// 0 when there is one group.
    private(set) var separator: UInt8 = 0
    let start: Int
    private(set) var end: Int

    private static let separators = Array(" -./".utf8)
    private static let mostDigits = 24

    /// - Parameter start: where the first digit stands.
    init(_ text: [UInt8], from start: Int) {
        self.start = start
        end = start
        var place = start
        while place < text.count, digits.count < Self.mostDigits {
            var length = 0
            while place < text.count, SensitiveScanner.isDigit(text[place]) {
                if digits.count < Self.mostDigits + 1 { digits.append(text[place] - 48) }
                length += 1
                place += 1
            }
            lengths.append(length)
            end = place
            guard place + 1 < text.count, SensitiveScanner.isDigit(text[place + 1]), Self.separators.contains(text[place]),
                separator == 0 || separator == text[place]
            else { return }
            separator = text[place]
            place += 1
        }
    }

    var count: Int { digits.count }

    func has(_ lengths: [Int], by separators: String = " -") -> Bool {
        self.lengths == lengths && (lengths.count == 1 || separators.utf8.contains(separator))
    }

    func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + Int($1) } }
}
