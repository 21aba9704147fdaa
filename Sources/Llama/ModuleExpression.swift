/// A regular expression over module paths, in the syntax of Python's `re`: what `target_modules` and the patterns of an adapter hold.
///
/// It comes from a file that nobody vouches for, so a match takes steps in proportion to expression and path, whatever the expression.
/// Groups, classes, repetitions, anchors, word boundaries and lookahead are known; what needs more than that (backreferences,
/// lookbehind, flags) is refused.
struct ModuleExpression {
    enum Step {
        case byte(ByteSet)
        /// Goes on at both places, the first one first.
        case split(Int, Int)
        case jump(Int)
        case start, end
        case boundary(isWanted: Bool)
        /// The steps up to `match` must, or must not, match from here; then it goes on at `next`.
        case look(isWanted: Bool, next: Int)
        case match
    }

    /// Far above any expression that names modules.
    static let stepLimit = 2048

    let steps: [Step]

    /// - Throws: `AdapterError.badPattern`.
    init(_ text: String) throws(AdapterError) {
        var parser = ModuleExpressionParser(text)
        guard let steps = parser.parse() else { throw .badPattern(text) }
        self.steps = steps
    }

    /// Whether it matches the whole path.
    func matches(_ path: String) -> Bool { run(from: 0, at: 0, Array(path.utf8), toEnd: true) }

    /// Each pair of step and position is gone through once.
    private func run(from first: Int, at start: Int, _ path: [UInt8], toEnd: Bool) -> Bool {
        var isSeen = [Bool](repeating: false, count: steps.count * (path.count + 1))
        var open = [(first, start)]
        while let (step, place) = open.popLast() {
            let key = step * (path.count + 1) + place
            guard !isSeen[key] else { continue }
            isSeen[key] = true
            switch steps[step] {
            case .byte(let set): if place < path.count, set.contains(path[place]) { open.append((step + 1, place + 1)) }
            case .split(let one, let other): open += [(other, place), (one, place)]
            case .jump(let next): open.append((next, place))
            case .start: if place == 0 { open.append((step + 1, place)) }
            case .end: if place == path.count { open.append((step + 1, place)) }
            case .boundary(let isWanted):
                if Self.isBoundary(place, path) == isWanted { open.append((step + 1, place)) }
            case .look(let isWanted, let next):
                if run(from: step + 1, at: place, path, toEnd: false) == isWanted { open.append((next, place)) }
            case .match: if !toEnd || place == path.count { return true }
            }
        }
        return false
    }

    private static func isBoundary(_ place: Int, _ path: [UInt8]) -> Bool {
        let before = place > 0 && ByteSet.word.contains(path[place - 1])
        return before != (place < path.count && ByteSet.word.contains(path[place]))
    }
}

/// Some of the 256 bytes.
struct ByteSet: Hashable {
    private var words: [UInt64] = [0, 0, 0, 0]

    static let all = ByteSet([0...255])
    static let digit = ByteSet([48...57])
    static let word = ByteSet([48...57, 65...90, 95...95, 97...122])
    static let space = ByteSet([9...13, 32...32])

    init(_ ranges: [ClosedRange<UInt8>] = []) {
        for byte in ranges.joined() { words[Int(byte) / 64] |= 1 << (UInt64(byte) % 64) }
    }

    func contains(_ byte: UInt8) -> Bool { words[Int(byte) / 64] >> (UInt64(byte) % 64) & 1 == 1 }

    var inverted: ByteSet {
        var inverted = self
        inverted.words = words.map(~)
        return inverted
    }

    mutating func formUnion(_ other: ByteSet) { for index in words.indices { words[index] |= other.words[index] } }
}
