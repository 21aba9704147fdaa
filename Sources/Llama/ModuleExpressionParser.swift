/// Turns the text of a `ModuleExpression` into steps, by recursive descent: choices, sequences, repetitions, single parts.
struct ModuleExpressionParser {
    private typealias Step = ModuleExpression.Step

    /// Of groups within groups, and of lookaheads within lookaheads.
    private static let depthLimit = 32
    private static let lookLimit = 2

    private let text: [UInt8]
    private var place = 0
    private var depth = 0
    private var looks = 0

    init(_ text: String) { self.text = Array(text.utf8) }

    /// Nil when the text is no expression that can be followed.
    mutating func parse() -> [ModuleExpression.Step]? {
        guard let steps = choice(), place == text.count, steps.count < ModuleExpression.stepLimit else { return nil }
        return Self.placed(steps + [.match], at: 0)
    }

    /// Steps are made with places relative to their own beginning.
    private static func placed(_ steps: [Step], at offset: Int) -> [Step] {
        steps.map { step in
            switch step {
            case .split(let one, let other): .split(one + offset, other + offset)
            case .jump(let next): .jump(next + offset)
            case .look(let isWanted, let next): .look(isWanted: isWanted, next: next + offset)
            default: step
            }
        }
    }

    private mutating func choice() -> [Step]? {
        guard var steps = sequence() else { return nil }
        while take("|") {
            guard let other = sequence() else { return nil }
            steps =
                [.split(1, steps.count + 2)] + Self.placed(steps, at: 1) + [.jump(steps.count + 2 + other.count)]
                + Self.placed(other, at: steps.count + 2)
            guard steps.count < ModuleExpression.stepLimit else { return nil }
        }
        return steps
    }

    private mutating func sequence() -> [Step]? {
        var steps: [Step] = []
        while let next = peek, next != UInt8(ascii: "|"), next != UInt8(ascii: ")") {
            guard let part = part(), let repeated = repetition(of: part) else { return nil }
            steps += Self.placed(repeated, at: steps.count)
            guard steps.count < ModuleExpression.stepLimit else { return nil }
        }
        return steps
    }

    private mutating func repetition(of part: [Step]) -> [Step]? {
        guard let (least, most) = bounds() else { return nil }
        // lazy and greedy match the same whole paths
        _ = take("?")
        guard least != 1 || most != 1 else { return part }
        guard !["*", "+", "{"].contains(where: { peek == Character($0).asciiValue }) else { return nil }
        let copies = most ?? least + 1
        guard copies * (part.count + 2) < ModuleExpression.stepLimit else { return nil }
        var steps = (0..<least).reduce(into: [Step]()) { steps, _ in steps += Self.placed(part, at: steps.count) }
        if most == nil {
            let loop: [Step] = [.split(1, part.count + 2)] + Self.placed(part, at: 1) + [.jump(0)]
            return steps + Self.placed(loop, at: steps.count)
        }
        for _ in least..<copies {
            let once: [Step] = [.split(1, part.count + 1)] + Self.placed(part, at: 1)
            steps += Self.placed(once, at: steps.count)
        }
        return steps
    }

    /// How often the part before may stand; once where nothing is said, without limit where `most` is nil.
    private mutating func bounds() -> (least: Int, most: Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        guard take("{") else { return (1, 1) }
        guard let least = number() else { return nil }
        guard take(",") else { return take("}") ? (least, least) : nil }
        if take("}") { return (least, nil) }
        guard let most = number(), take("}"), most >= least else { return nil }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let byte = peek, ByteSet.digit.contains(byte), digits.count < 4 {
            digits.append(Character(Unicode.Scalar(byte)))
            place += 1
        }
        return Int(digits)
    }

    private mutating func part() -> [Step]? {
        guard let byte = peek else { return nil }
        place += 1
        switch Character(Unicode.Scalar(byte)) {
        case ".": return [.byte(.all)]
        case "^": return [.start]
        case "$": return [.end]
        case "(": return group()
        case "[": return byteClass().map { [.byte($0)] }
        case "\\": return escape()
        case "*", "+", "?", "{": return nil
        default: return [.byte(ByteSet([byte...byte]))]
        }
    }

    private mutating func group() -> [Step]? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { return nil }
        var look: Bool?
        if take("?") {
            if take("=") { look = true } else if take("!") { look = false } else if !take(":") { return nil }
        }
        looks += look == nil ? 0 : 1
        defer { looks -= look == nil ? 0 : 1 }
        guard looks <= Self.lookLimit, let inner = choice(), take(")") else { return nil }
        guard let look else { return inner }
        return [.look(isWanted: look, next: inner.count + 2)] + Self.placed(inner, at: 1) + [.match]
    }

    private mutating func escape() -> [Step]? {
        guard let byte = peek else { return nil }
        place += 1
        switch Character(Unicode.Scalar(byte)) {
        case "b": return [.boundary(isWanted: true)]
        case "B": return [.boundary(isWanted: false)]
        case "A": return [.start]
        case "Z": return [.end]
        default: return Self.escaped(byte).map { [.byte($0)] }
        }
    }

    /// What stands for bytes after a backslash; nil for digits and letters that mean something else.
    private static func escaped(_ byte: UInt8) -> ByteSet? {
        switch Character(Unicode.Scalar(byte)) {
        case "d": .digit
        case "D": ByteSet.digit.inverted
        case "w": .word
        case "W": ByteSet.word.inverted
        case "s": .space
        case "S": ByteSet.space.inverted
        default: ByteSet.word.contains(byte) && byte != UInt8(ascii: "_") ? nil : ByteSet([byte...byte])
        }
    }

    private mutating func byteClass() -> ByteSet? {
        let isInverted = take("^")
        var (set, isFirst) = (ByteSet(), true)
        while let byte = peek, isFirst || byte != UInt8(ascii: "]") {
            isFirst = false
            guard byte < 128, let first = member() else { return nil }
            guard case .byte(let start) = first, peek == UInt8(ascii: "-"), place + 1 < text.count,
                text[place + 1] != UInt8(ascii: "]")
            else {
                set.formUnion(first.set)
                continue
            }
            place += 1
            guard case .byte(let end)? = member(), start <= end else { return nil }
            set.formUnion(ByteSet([start...end]))
        }
        return take("]") ? (isInverted ? set.inverted : set) : nil
    }

    private enum Member {
        case byte(UInt8)
        case several(ByteSet)

        var set: ByteSet {
            switch self {
            case .byte(let byte): ByteSet([byte...byte])
            case .several(let set): set
            }
        }
    }

    private mutating func member() -> Member? {
        guard let byte = peek else { return nil }
        place += 1
        guard byte == UInt8(ascii: "\\") else { return .byte(byte) }
        guard let escaped = peek, let set = Self.escaped(escaped) else { return nil }
        place += 1
        return set == ByteSet([escaped...escaped]) ? .byte(escaped) : .several(set)
    }

    private var peek: UInt8? { place < text.count ? text[place] : nil }

    private mutating func take(_ character: Character) -> Bool {
        guard peek == character.asciiValue else { return false }
        place += 1
        return true
    }
}
