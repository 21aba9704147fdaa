import Foundation
import Training

/// A row as the base reads it, part by part, and which parts carry loss.
public struct MaskView: Sendable {
    public struct Part: Sendable, Hashable {
        public let text: String
        public let isSupervised: Bool
        public let tokens: Int
    }

    public let line: Int
    public let parts: [Part]
    /// Before truncation.
    public let length: Int
    public let keptLength: Int
    public let supervised: Int

    /// - Throws: `DoctorError.noRow`, or why the row cannot be read.
    public init(line: Int, of file: URL, base: DoctorBase) throws {
        var found: ArraySlice<UInt8>?
        try LineBatches.read(file) { batch in
            if let place = batch.lines.firstIndex(where: { $0.number == line }) { found = batch[place] }
        }
        guard let found else { throw DoctorError.noRow(line: line, file: file.path) }
        let row = try DataRow(RowCheck.object(found, line, file.path), number: line, of: file.path)
        self.init(try base.encoder.encode(row, of: file.path), base)
    }

    init(_ row: EncodedRow, _ base: DoctorBase) {
        line = row.line
        length = row.length
        keptLength = row.tokens.count
        supervised = row.supervisedCount
        var parts: [Part] = []
        var start = 0
        // label 0 is never compared with anything
        func isSupervised(_ place: Int) -> Bool { place > 0 && row.labels[place] >= 0 }
        while start < row.tokens.count {
            var end = start + 1
            while end < row.tokens.count, isSupervised(end) == isSupervised(start) { end += 1 }
            let text = base.tokenizer.decode(row.tokens[start..<end])
            parts.append(Part(text: text, isSupervised: isSupervised(start), tokens: end - start))
            start = end
        }
        self.parts = Self.covered(parts)
    }

    /// A dot for each character of what is secret or personal, wherever parts meet.
    private static func covered(_ parts: [Part]) -> [Part] {
        let bytes = parts.flatMap { Array($0.text.utf8) }
        var isCovered = [Bool](repeating: false, count: bytes.count)
        for found in SensitiveScanner(bytes).sightings {
            for place in found.start..<found.start + found.length { isCovered[place] = true }
        }
        var start = 0
        return parts.map { part in
            let end = start + part.text.utf8.count
            let text = SensitiveText.covered(bytes[start..<end], isCovered[start..<end])
            start = end
            return Part(text: String(decoding: text, as: UTF8.self), isSupervised: part.isSupervised, tokens: part.tokens)
        }
    }
}
