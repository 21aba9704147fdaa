/// A number of bytes as people write it: `6GB`, `512 MiB`.
public struct ByteCount: Sendable, Hashable, CustomStringConvertible {
    public let bytes: Int

    public init(_ bytes: Int) { self.bytes = bytes }

    private static let units: [(name: String, size: Double)] = [
        ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12), ("kib", 1024), ("mib", 1_048_576), ("gib", 1_073_741_824),
        ("b", 1), ("", 1),
    ]

    /// Reads a number with a unit: kB, MB, GB, TB of 1000, KiB, MiB, GiB of 1024; without one it counts bytes.
    public init?(_ text: String) {
        let number = text.prefix { $0.isNumber || $0 == "." }
        let unit = text.dropFirst(number.count).drop { $0 == " " }.lowercased()
        guard let value = Double(number), let size = Self.units.first(where: { $0.name == unit })?.size,
            value * size < Double(Int.max)
        else { return nil }
        bytes = Int(value * size)
    }

    /// With one decimal.
    public var description: String {
        let (size, name) = scale
        let tenths = (Double(bytes) / size * 10).rounded()
        return "\(Int(tenths) / 10).\(Int(tenths) % 10) \(name)"
    }

    /// As an option takes it, rounded up to the next tenth.
    var roundedUp: String {
        let (size, name) = scale
        let tenths = (Double(bytes) / size * 10).rounded(.up)
        return "\(Int(tenths) / 10).\(Int(tenths) % 10)\(name)"
    }

    private var scale: (size: Double, name: String) {
        switch bytes {
        case 1_000_000_000...: (1e9, "GB")
        case 1_000_000...: (1e6, "MB")
        default: (1e3, "kB")
        }
    }
}

extension TrainingMemory {
    /// The total with what it is the sum of.
    public var sum: String {
        let terms = parts.filter { $0.bytes > 0 }.map { "\($0.name) \(ByteCount($0.bytes))" }
        return "\(ByteCount(total)) = \(terms.joined(separator: " + "))"
    }
}
