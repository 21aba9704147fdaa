/// GPT-2's printable spelling of bytes: 0x21–0x7E, 0xA1–0xAC and 0xAE–0xFF stand for themselves, the 68 others take
/// U+0100, U+0101, … in ascending order ("Ġ" for the space, "Ċ" for the newline).
enum ByteAlphabet {
    /// The scalar of each byte.
    static let scalars: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (0..<256).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(UInt8(byte))
            default:
                defer { next += 1 }
                return Unicode.Scalar(next) ?? " "
            }
        }
    }()

    /// The UTF-8 of each byte's scalar.
    static let spellings: [[UInt8]] = scalars.map { Array(String(Character($0)).utf8) }

    private static let bytes: [Unicode.Scalar: UInt8] = Dictionary(
        uniqueKeysWithValues: scalars.enumerated().map { ($0.element, UInt8($0.offset)) })

    static func byte(of scalar: Unicode.Scalar) -> UInt8? { bytes[scalar] }

    static func spelling(of text: some Sequence<UInt8>) -> [UInt8] {
        var spelled: [UInt8] = []
        for byte in text { spelled.append(contentsOf: spellings[Int(byte)]) }
        return spelled
    }

    /// Spells every byte of a text; each letter stands for the whole scalar its byte belongs to.
    static func spell(_ text: inout AlignedText) {
        let spans = text.explicitSpans
        var spelled: [UInt8] = []
        var newSpans: [AlignedText.Span] = []
        for (byte, span) in zip(text.bytes, spans) {
            let spelling = spellings[Int(byte)]
            spelled.append(contentsOf: spelling)
            newSpans.append(contentsOf: repeatElement(span, count: spelling.count))
        }
        text.replace(bytes: spelled, spans: newSpans)
    }

    /// The bytes a token stands for: of its letters when all are of the alphabet, else its own UTF-8.
    static func bytes(of token: String) -> [UInt8] {
        var result: [UInt8] = []
        for scalar in token.unicodeScalars {
            guard let byte = bytes[scalar] else { return Array(token.utf8) }
            result.append(byte)
        }
        return result
    }
}
