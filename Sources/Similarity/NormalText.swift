/// Lower case, with white space joined and trimmed.
public func normalized(_ text: String) -> String {
    text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

/// Appends the UTF-8 bytes of the normal form of a text. Texts of ASCII alone, most of a file, are spared the search for characters.
public func appendNormalized(_ text: String, to bytes: inout [UInt8]) {
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
        bytes.append(contentsOf: normalized(text).utf8)
        return
    }
    let start = bytes.count
    var isAfterSpace = false
    for byte in text.utf8 {
        if byte == 0x20 || (0x09...0x0D).contains(byte) {
            isAfterSpace = true
        } else {
            if isAfterSpace, bytes.count > start { bytes.append(0x20) }
            isAfterSpace = false
            bytes.append((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte)
        }
    }
}
