/// Finds the texts among those inserted whose grams are similar to a text's: Jaccard similarity 0.8 or more.
///
/// Candidates share a band of their signatures; each is then compared gram by gram, so that nothing is called similar that is not. A
/// similar text is overlooked with a probability of at most 5 · 10⁻⁶ (`GramSignature`).
public struct SimilarityIndex: Sendable {
    public static let threshold = 0.8

    private let table: GramTable
    /// For each band, the entry that was inserted last under a key's low bits, and for each entry the one before it.
    private var heads: [[Int32]]
    private var previous: [[Int32]]
    private var keys: [[UInt32]]
    private var sketches: [SIMD4<UInt64>] = []
    /// The number of each entry in the table.
    private var numbers: [Int32] = []
    private let mask: UInt32

    /// - Parameter capacity: entries to expect; more make it slower, not wrong.
    public init(_ table: GramTable, capacity: Int) {
        self.table = table
        let size = 1 << max(4, Int.bitWidth - (max(1, capacity) - 1).leadingZeroBitCount)
        mask = UInt32(truncatingIfNeeded: size - 1)
        heads = Array(repeating: Array(repeating: -1, count: size), count: GramSignature.bands)
        previous = Array(repeating: [], count: GramSignature.bands)
        keys = Array(repeating: [], count: GramSignature.bands)
    }

    public var count: Int { numbers.count }

    public mutating func insert(_ number: Int, _ signature: GramSignature) {
        guard !signature.isEmpty else { return }
        let entry = Int32(numbers.count)
        for band in 0..<GramSignature.bands {
            let key = signature.bandKeys[band]
            let place = Int(key & mask)
            previous[band].append(heads[band][place])
            keys[band].append(key)
            heads[band][place] = entry
        }
        sketches.append(signature.sketch)
        numbers.append(Int32(number))
    }

    /// The number of a similar text, or nil.
    ///
    /// - Parameter since: entries before this one are passed over.
    /// - Parameter admits: which numbers may be meant; asked before the costly comparison.
    public func match(
        _ number: Int, _ signature: GramSignature, since: Int = 0, where admits: (Int) -> Bool = { _ in true }
    ) -> Int? {
        var found: Int?
        forEachMatch(number, signature, since: since, where: admits) { match in
            found = match
            return false
        }
        return found
    }

    /// The numbers of all similar texts, ascending.
    public func matches(_ number: Int, _ signature: GramSignature) -> [Int] {
        var found: Set<Int> = []
        forEachMatch(number, signature, since: 0, where: { !found.contains($0) }) { match in
            found.insert(match)
            return true
        }
        return found.sorted()
    }

    /// Hands over similar texts, some perhaps more than once, until `body` returns false.
    func forEachMatch(
        _ number: Int, _ signature: GramSignature, since: Int, where admits: (Int) -> Bool, _ body: (Int) -> Bool
    ) {
        guard !signature.isEmpty, since < numbers.count else { return }
        var grams: [UInt64]?
        for band in 0..<GramSignature.bands {
            let key = signature.bandKeys[band]
            var entry = Int(heads[band][Int(key & mask)])
            while entry >= since {
                if keys[band][entry] == key, GramSignature.mayBeSimilar(sketches[entry], signature.sketch),
                    admits(Int(numbers[entry]))
                {
                    let own = grams ?? table.grams(of: number)
                    grams = own
                    let other = Int(numbers[entry])
                    if jaccard(own, table.grams(of: other)) >= Self.threshold, !body(other) { return }
                }
                entry = Int(previous[band][entry])
            }
        }
    }
}
