/// The merges of a byte-pair model: from a pair of ids to the merge's rank and the id it makes.
///
/// Open addressing over 64-bit pairs, because it is asked several times for every character encoded.
struct MergeTable: Sendable {
    struct Merge: Sendable, Hashable {
        let rank: Int32
        let id: Int32
    }

    private var pairs: [UInt64]
    private var merges: [Merge]
    private let mask: Int
    private static let free = UInt64.max

    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        pairs = Array(repeating: Self.free, count: size)
        merges = Array(repeating: Merge(rank: 0, id: 0), count: size)
        mask = size - 1
    }

    @inline(__always)
    private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    @inline(__always)
    private func slot(of pair: UInt64) -> Int {
        let mixed = pair &* 0x9E37_79B9_7F4A_7C15
        var slot = Int(truncatingIfNeeded: mixed >> 32) & mask
        while pairs[slot] != pair, pairs[slot] != Self.free { slot = (slot + 1) & mask }
        return slot
    }

    @inline(__always)
    subscript(left: Int32, right: Int32) -> Merge? {
        let pair = Self.pair(left, right)
        let slot = slot(of: pair)
        return pairs[slot] == pair ? merges[slot] : nil
    }

    /// A later merge of the same pair wins. At most `capacity` merges may be added.
    mutating func add(_ left: Int32, _ right: Int32, rank: Int32, id: Int32) {
        let pair = Self.pair(left, right)
        let slot = slot(of: pair)
        pairs[slot] = pair
        merges[slot] = Merge(rank: rank, id: id)
    }
}
