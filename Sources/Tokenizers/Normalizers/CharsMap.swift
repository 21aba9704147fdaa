import Foundation

/// SentencePiece's precompiled normalisation: a double-array trie from byte strings to replacements.
///
/// The blob is `[trie size: UInt32][trie units: UInt32 …][replacements, each ended by a zero byte]`, little-endian,
/// in base 64.
struct CharsMap: Sendable {
    private let units: [UInt32]
    private let replacements: [UInt8]

    init(_ component: Component) throws(TokenizerError) {
        let encoded = try component.string("precompiled_charsmap")
        guard let blob = Data(base64Encoded: encoded).map({ [UInt8]($0) }), let map = CharsMap(blob: blob) else {
            throw component.failure(.badCharsMap, at: "precompiled_charsmap")
        }
        self = map
    }

    private init?(blob: [UInt8]) {
        func word(_ offset: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(blob[offset + $1]) << (8 * UInt32($1)) } }
        guard blob.count >= 4 else { return nil }
        let size = Int(word(0))
        guard size % 4 == 0, size >= 4, 4 + size <= blob.count else { return nil }
        units = (0..<size / 4).map { word(4 + 4 * $0) }
        replacements = Array(blob[(4 + size)...])
        guard String(validating: replacements, as: UTF8.self) != nil else { return nil }
    }

    /// A grapheme of at most 5 bytes is looked up whole, then scalar by scalar.
    func apply(to text: inout AlignedText) {
        var changes: [AlignedText.Change] = []
        var isChanged = false
        for grapheme in text.string {
            let whole = Array(grapheme.utf8)
            if whole.count < 6, let replacement = replacement(for: whole) {
                add(replacement, for: grapheme.unicodeScalars.count, to: &changes)
                isChanged = true
                continue
            }
            for scalar in grapheme.unicodeScalars {
                if let replacement = replacement(for: Array(String(Character(scalar)).utf8)) {
                    add(replacement, for: 1, to: &changes)
                    isChanged = true
                } else {
                    changes.append(.init(scalar))
                }
            }
        }
        if isChanged { text.apply(changes) }
    }

    /// New scalars take the places of the old ones one by one; the last scalar so far swallows what is left over.
    private func add(_ replacement: [Unicode.Scalar], for scalarCount: Int, to changes: inout [AlignedText.Change]) {
        for (index, scalar) in replacement.enumerated() { changes.append(.init(scalar, index < scalarCount ? 0 : 1)) }
        let surplus = scalarCount - replacement.count
        if surplus > 0, let last = changes.last { changes[changes.count - 1] = .init(last.scalar, last.shift - surplus) }
    }

    /// The replacement of the first key that is a prefix of `key`, as the reference takes it.
    private func replacement(for key: [UInt8]) -> [Unicode.Scalar]? {
        guard let place = firstPrefix(of: key), place < replacements.count else { return nil }
        let end = replacements[place...].firstIndex(of: 0) ?? replacements.count
        return Array(String(decoding: replacements[place..<end], as: UTF8.self).unicodeScalars)
    }

    private func firstPrefix(of key: [UInt8]) -> Int? {
        var node = offset(of: units[0])
        for byte in key where byte != 0 {
            node ^= Int(byte)
            guard node < units.count, label(of: units[node]) == UInt32(byte) else { return nil }
            let unit = units[node]
            node ^= offset(of: unit)
            if unit >> 8 & 1 == 1 {
                guard node < units.count else { return nil }
                return Int(units[node] & 0x7FFF_FFFF)
            }
        }
        return nil
    }

    private func offset(of unit: UInt32) -> Int { Int((unit >> 10) << ((unit & (1 << 9)) >> 6)) }

    private func label(of unit: UInt32) -> UInt32 { unit & (1 << 31 | 0xFF) }
}
