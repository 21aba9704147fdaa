/// Texts that belong together: equal, similar to one another, or tied through others that are.
public struct SimilarGroups: Sendable {
    private var parents: [Int32]

    /// Every text of its own.
    public init(count: Int) { parents = (0..<Int32(count)).map(\.self) }

    /// Ties texts whose normal forms are the same, and those that are similar.
    public mutating func tieSimilar(_ table: GramTable) {
        var first: [TextKey: Int] = [:]
        var index = SimilarityIndex(table, capacity: table.count)
        for start in stride(from: 0, to: table.count, by: 8_192) {
            let block = start..<min(table.count, start + 8_192)
            let signatures = Shares.each(of: block) { GramSignature(table.occurrences(of: $0)) }
            for number in block {
                if let twin = first[TextKey(table.texts[number])] {
                    tie(number, twin)
                    continue
                }
                first[TextKey(table.texts[number])] = number
                let signature = signatures[number - start]
                index.forEachMatch(number, signature, since: 0, where: { root(number) != root($0) }) { other in
                    tie(number, other)
                    return true
                }
                index.insert(number, signature)
            }
        }
    }

    /// Puts two texts and all that is tied to either into one group.
    public mutating func tie(_ first: Int, _ second: Int) {
        let (a, b) = (root(first), root(second))
        parents[max(a, b)] = Int32(min(a, b))
        shorten(first)
        shorten(second)
    }

    /// The lowest number of the group that a text is in.
    public func root(_ number: Int) -> Int {
        var place = number
        while Int(parents[place]) != place { place = Int(parents[place]) }
        return place
    }

    private mutating func shorten(_ number: Int) {
        let top = Int32(root(number))
        var place = number
        while parents[place] != top {
            let next = Int(parents[place])
            parents[place] = top
            place = next
        }
    }
}
