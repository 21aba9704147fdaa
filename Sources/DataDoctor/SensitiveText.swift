/// Texts that may be shown.
public enum SensitiveText {
    /// The text with a dot for each character of what is secret or personal.
    public static func covered(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var isCovered = [Bool](repeating: false, count: bytes.count)
        for found in SensitiveScanner(bytes).sightings {
            for place in found.start..<found.start + found.length { isCovered[place] = true }
        }
        return String(decoding: covered(bytes[...], isCovered[...]), as: UTF8.self)
    }

    static func covered(_ bytes: ArraySlice<UInt8>, _ isCovered: ArraySlice<Bool>) -> [UInt8] {
        zip(bytes, isCovered).flatMap { byte, covered -> [UInt8] in
            covered ? (byte & 0xC0 == 0x80 ? [] : Array("•".utf8)) : [byte]
        }
    }
}
