import DurableFiles
import Foundation
import Training

/// The lines of a file, some megabytes of them at a time, so that its size does not matter.
struct LineBatches {
    /// Lines that lie side by side in one run of bytes.
    struct Batch: Sendable {
        let bytes: [UInt8]
        /// Lines that hold more than blanks, without their line ends.
        let lines: [(number: Int, range: Range<Int>)]

        subscript(place: Int) -> ArraySlice<UInt8> { bytes[lines[place].range] }
    }

    static let batchSize = 8 << 20
    /// No row needs more, and a file without line ends must not fill the memory.
    static let longestLine = 256 << 20

    /// Hands over all lines in order.
    ///
    /// - Throws: `DoctorError.unreadable`, or what `body` throws.
    static func read(_ file: URL, _ body: (Batch) throws -> Void) throws {
        var (rest, number, isFirst) = ([UInt8](), 0, true)
        do {
            try FileBytes.read(file) { piece in
                rest.append(contentsOf: piece)
                if isFirst, rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest.removeFirst(3) }
                isFirst = false
                guard rest.count >= batchSize, piece.contains(0x0A), let end = rest.lastIndex(of: 0x0A) else {
                    guard rest.count <= longestLine else { throw DoctorError.lineTooLong(file: file.path, line: number + 1) }
                    return
                }
                let complete = Array(rest[...end])
                rest.removeFirst(end + 1)
                try body(batch(complete, &number))
            }
        } catch let error as FileError {
            throw DoctorError.unreadable(file: file.path, why: error.reason)
        }
        if !rest.isEmpty { try body(batch(rest, &number)) }
    }

    private static func batch(_ bytes: [UInt8], _ number: inout Int) -> Batch {
        var lines: [(number: Int, range: Range<Int>)] = []
        var (start, isBlank) = (0, true)
        func end(_ place: Int) {
            number += 1
            if !isBlank {
                let hasReturn = place > start && bytes[place - 1] == 0x0D
                lines.append((number, start..<(hasReturn ? place - 1 : place)))
            }
            (start, isBlank) = (place + 1, true)
        }
        for (place, byte) in bytes.enumerated() {
            if byte == 0x0A { end(place) } else if byte != 0x20, byte != 0x09, byte != 0x0D { isBlank = false }
        }
        if start < bytes.count { end(bytes.count) }
        return Batch(bytes: bytes, lines: lines)
    }
}
