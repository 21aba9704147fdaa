/// Finds a text in others, byte by byte; in UTF-8 a match of bytes is a match of code points.
struct TextSearch {
    private let needle: [UInt8]

    init(_ needle: String) { self.needle = Array(needle.utf8) }

    var count: Int { needle.count }

    /// Where the text first begins at or after `start`.
    func first(in bytes: [UInt8], from start: Int = 0, until end: Int? = nil) -> Int? {
        let end = end ?? bytes.count
        guard needle.count <= end - start else { return nil }
        guard let head = needle.first else { return start }
        var place = start
        while place <= end - needle.count {
            if bytes[place] == head, matches(bytes, at: place) { return place }
            place += 1
        }
        return nil
    }

    /// Where the text last begins before `end`.
    func last(in bytes: [UInt8], from start: Int = 0, until end: Int? = nil) -> Int? {
        var place = (end ?? bytes.count) - needle.count
        while place >= start {
            if matches(bytes, at: place) { return place }
            place -= 1
        }
        return nil
    }

    private func matches(_ bytes: [UInt8], at place: Int) -> Bool {
        for (offset, byte) in needle.enumerated() where bytes[place + offset] != byte { return false }
        return true
    }
}
