/// A stretch of text on its way through normalisation, each byte of which knows what it came from.
///
/// `bytes` is valid UTF-8. Spans are byte ranges of the text first given, always whole scalars. Normalisers and
/// pre-tokenizers only ever see this type, so offsets survive every step.
struct AlignedText: Sendable {
    /// A byte range of the text first given.
    struct Span: Sendable, Hashable {
        var start: Int32
        var end: Int32
    }

    private(set) var bytes: ArraySlice<UInt8>
    /// One span for each byte; nil while nothing has been changed, when each byte comes from the scalar it lies in.
    private var spans: ArraySlice<Span>?
    /// Where this stretch begins in the text first given.
    private(set) var origin: Int

    /// The whole of a text, nothing changed.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes[...]
        origin = 0
    }

    private init(bytes: ArraySlice<UInt8>, spans: ArraySlice<Span>?, origin: Int) {
        self.bytes = bytes
        self.spans = spans
        self.origin = origin
    }

    var isEmpty: Bool { bytes.isEmpty }
    var count: Int { bytes.count }
    var string: String { String(decoding: bytes, as: UTF8.self) }

    /// The part in `range`, which counts bytes from the start of this stretch and must cut no scalar.
    func slice(_ range: Range<Int>) -> AlignedText {
        let bytes = self.bytes[self.bytes.startIndex + range.lowerBound..<self.bytes.startIndex + range.upperBound]
        guard let spans else { return AlignedText(bytes: bytes, spans: nil, origin: origin + range.lowerBound) }
        let slice = spans[spans.startIndex + range.lowerBound..<spans.startIndex + range.upperBound]
        return AlignedText(bytes: bytes, spans: slice, origin: slice.first.map { Int($0.start) } ?? origin)
    }

    /// The bytes of the text first given that the bytes in `range` came from; nil when `range` reaches outside.
    func source(of range: Range<Int>) -> Range<Int>? {
        guard range.upperBound <= count else { return nil }
        guard !range.isEmpty else { return origin + range.lowerBound..<origin + range.lowerBound }
        if let spans {
            let start = Int(spans[spans.startIndex + range.lowerBound].start)
            return start..<max(start, Int(spans[spans.startIndex + range.upperBound - 1].end))
        }
        var start = range.lowerBound
        while start > 0, isContinuation(start) { start -= 1 }
        var end = range.upperBound
        while end < count, isContinuation(end) { end += 1 }
        return origin + start..<origin + end
    }

    private func isContinuation(_ offset: Int) -> Bool { bytes[bytes.startIndex + offset] & 0xC0 == 0x80 }

    /// One span for each byte, made explicit.
    var explicitSpans: ArraySlice<Span> {
        if let spans { return spans }
        var made: [Span] = []
        made.reserveCapacity(count)
        var place = Int32(origin)
        var rest = bytes
        while let first = rest.first {
            let length = scalarLength(startingWith: first)
            made.append(contentsOf: repeatElement(Span(start: place, end: place + Int32(length)), count: length))
            place += Int32(length)
            rest = rest.dropFirst(length)
        }
        return made[...]
    }

    /// Puts other bytes in place; `origin` stays, because the stretch still stands for the same part of the text.
    mutating func replace(bytes: [UInt8], spans: [Span]) {
        precondition(bytes.count == spans.count, "each byte needs its span")
        self.bytes = bytes[...]
        self.spans = spans[...]
    }
}

/// How many bytes a scalar takes in UTF-8, told by its first byte.
@inline(__always)
func scalarLength(startingWith first: UInt8) -> Int {
    first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
}

extension RandomAccessCollection where Element == UInt8, Index == Int {
    /// The scalar that starts at `index` of valid UTF-8, and its length in bytes.
    @inline(__always)
    func scalar(at index: Int) -> (scalar: Unicode.Scalar, length: Int) {
        let first = self[index]
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let length = scalarLength(startingWith: first)
        var value = UInt32(first) & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07)
        for offset in 1..<length { value = value << 6 | UInt32(self[index + offset] & 0x3F) }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
    }
}

extension [UInt8] {
    /// Appends the UTF-8 of a scalar and returns its length.
    @discardableResult
    mutating func append(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x80 {
            append(UInt8(scalar.value))
            return 1
        }
        let encoded = UTF8.encode(scalar)
        let length = count
        if let encoded { append(contentsOf: encoded) }
        return count - length
    }
}
