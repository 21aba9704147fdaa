import Foundation

/// One record of a TensorBoard event file.
///
/// A record is the length of an `Event` message in 8 bytes, a checksum of these, the message, and a checksum of it; numbers least byte first.
/// Checksums are CRC-32C, turned by 15 bits and moved by a constant, as TFRecord files have them.
public enum EventRecord {
    /// What a file begins with.
    public static func fileVersion(at seconds: Double) -> Data {
        var event = message(at: seconds, step: nil)
        event.addBytes(field: 3, Data("brain.Event:2".utf8))
        return framed(event.data)
    }

    /// Says that a run goes on after a step: what an earlier process wrote of later ones counts no more.
    public static func start(at seconds: Double, step: Int) -> Data {
        var session = ProtocolMessage()
        session.addNumber(field: 1, 1)
        var event = message(at: seconds, step: step)
        event.addBytes(field: 7, session.data)
        return framed(event.data)
    }

    /// - Parameter values: by tag, such as `train/loss`.
    public static func scalars(_ values: [(tag: String, value: Double)], at seconds: Double, step: Int) -> Data {
        var summary = ProtocolMessage()
        for (tag, number) in values {
            var value = ProtocolMessage()
            value.addBytes(field: 1, Data(tag.utf8))
            value.addFloat(field: 2, Float(number))
            summary.addBytes(field: 1, value.data)
        }
        var event = message(at: seconds, step: step)
        event.addBytes(field: 5, summary.data)
        return framed(event.data)
    }

    private static func message(at seconds: Double, step: Int?) -> ProtocolMessage {
        var event = ProtocolMessage()
        event.addDouble(field: 1, seconds)
        // zero is what a missing number means
        if let step, step > 0 { event.addNumber(field: 2, UInt64(step)) }
        return event
    }

    static func framed(_ message: Data) -> Data {
        let length = withUnsafeBytes(of: UInt64(message.count).littleEndian) { Data($0) }
        return length + checksum(length) + message + checksum(message)
    }

    private static func checksum(_ data: Data) -> Data {
        let crc = CRC32C.of(data)
        let masked = (crc >> 15 | crc << 17) &+ 0xA282_EAD8
        return withUnsafeBytes(of: masked.littleEndian) { Data($0) }
    }
}

/// Fields in the form of Protocol Buffers.
struct ProtocolMessage {
    private(set) var data = Data()

    mutating func addNumber(field: UInt64, _ number: UInt64) {
        add(field << 3)
        add(number)
    }

    mutating func addDouble(field: UInt64, _ number: Double) {
        add(field << 3 | 1)
        withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }

    mutating func addFloat(field: UInt64, _ number: Float) {
        add(field << 3 | 5)
        withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }

    mutating func addBytes(field: UInt64, _ bytes: Data) {
        add(field << 3 | 2)
        add(UInt64(bytes.count))
        data.append(bytes)
    }

    /// Seven bits a byte, least first.
    private mutating func add(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            data.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        data.append(UInt8(rest))
    }
}

/// The cyclic redundancy check of Castagnoli's polynomial, least bit first.
enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0x82F6_3B78 : rest >> 1 }
    }

    static func of(_ data: Data) -> UInt32 {
        ~data.reduce(~UInt32(0)) { crc, byte in crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
    }
}
