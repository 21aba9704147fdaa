/// A set of byte strings, each with a number, searched by the prefixes of a text.
///
/// Edges live in one open-addressing table keyed by (node, byte), so that 250,000 pieces build quickly.
struct ByteTrie: Sendable {
    private var edges: [UInt64]
    private var targets: [Int32]
    private var edgeCount = 0
    /// The number of the string that ends at each node, −1 if none does.
    private var values: [Int32] = [-1]
    private static let free = UInt64.max

    init() {
        edges = Array(repeating: Self.free, count: 64)
        targets = Array(repeating: 0, count: 64)
    }

    var isEmpty: Bool { values.count == 1 }

    /// A later insertion of the same string wins.
    mutating func insert(_ string: some Sequence<UInt8>, value: Int32) {
        var node: Int32 = 0
        for byte in string { node = child(of: node, byte) ?? addChild(of: node, byte) }
        values[Int(node)] = value
    }

    /// Calls `body` with the length and number of every string that `text` has at `start`, shortest first.
    @inline(__always)
    func forEachPrefix(of text: ArraySlice<UInt8>, at start: Int, _ body: (_ length: Int, _ value: Int32) -> Void) {
        var node: Int32 = 0
        var index = start
        while index < text.endIndex, let next = child(of: node, text[index]) {
            node = next
            index += 1
            let value = values[Int(node)]
            if value >= 0 { body(index - start, value) }
        }
    }

    @inline(__always)
    private func slot(of edge: UInt64) -> Int {
        var slot = Int(truncatingIfNeeded: (edge &* 0x9E37_79B9_7F4A_7C15) >> 32) & (edges.count - 1)
        while edges[slot] != edge, edges[slot] != Self.free { slot = (slot + 1) & (edges.count - 1) }
        return slot
    }

    @inline(__always)
    private func child(of node: Int32, _ byte: UInt8) -> Int32? {
        let edge = UInt64(node) << 8 | UInt64(byte)
        let slot = slot(of: edge)
        return edges[slot] == edge ? targets[slot] : nil
    }

    private mutating func addChild(of node: Int32, _ byte: UInt8) -> Int32 {
        if edgeCount * 2 >= edges.count { grow() }
        let edge = UInt64(node) << 8 | UInt64(byte)
        let slot = slot(of: edge)
        edges[slot] = edge
        targets[slot] = Int32(values.count)
        edgeCount += 1
        values.append(-1)
        return targets[slot]
    }

    private mutating func grow() {
        let old = zip(edges, targets).filter { $0.0 != Self.free }
        edges = Array(repeating: Self.free, count: edges.count * 4)
        targets = Array(repeating: 0, count: edges.count)
        for (edge, target) in old {
            let slot = slot(of: edge)
            edges[slot] = edge
            targets[slot] = target
        }
    }
}
