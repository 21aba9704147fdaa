/// Many texts in one run of bytes.
public struct TextStore: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    public init() {}

    public init(normalizing texts: some Sequence<String>) {
        for text in texts { append(normalizing: text) }
    }

    public var count: Int { ends.count }

    public mutating func append(normalizing text: String) {
        appendNormalized(text, to: &bytes)
        ends.append(bytes.count)
    }

    /// Takes bytes that are in normal form already.
    public mutating func append(_ text: ArraySlice<UInt8>) {
        bytes.append(contentsOf: text)
        ends.append(bytes.count)
    }

    public mutating func append(contentsOf other: TextStore) {
        let offset = bytes.count
        bytes.append(contentsOf: other.bytes)
        for end in other.ends { ends.append(offset + end) }
    }

    public subscript(index: Int) -> ArraySlice<UInt8> { bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]] }

    public func text(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }
}
