/// Bytes spelled as tokens: `<0x00>` … `<0xFF>`.
enum ByteFallback {
    static func token(of byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "<0x\(digits.count < 2 ? "0" : "")\(digits)>"
    }

    /// The byte a token spells; hexadecimal letters of either case count.
    static func byte(of token: String) -> UInt8? {
        let bytes = Array(token.utf8)
        guard bytes.count == 6, bytes.starts(with: "<0x".utf8), bytes[5] == UInt8(ascii: ">") else { return nil }
        let digits = String(decoding: bytes[3..<5], as: UTF8.self)
        return UInt8(digits, radix: 16)
    }

    /// Runs of byte tokens become text; a run that is not UTF-8 becomes one U+FFFD for each byte.
    static func decode(_ tokens: [String]) -> [String] {
        var decoded: [String] = []
        var run: [UInt8] = []
        func flush() {
            guard !run.isEmpty else { return }
            if let text = String(validating: run, as: UTF8.self) {
                decoded.append(text)
            } else {
                decoded += repeatElement("\u{FFFD}", count: run.count)
            }
            run = []
        }
        for token in tokens {
            if let byte = byte(of: token) {
                run.append(byte)
            } else {
                flush()
                decoded.append(token)
            }
        }
        flush()
        return decoded
    }
}
