/// The set of 5-grams of each text: all runs of five UTF-8 bytes after lower-casing and joining white space.
///
/// In 20 texts or more, grams that stand in over half of them are left out: they are the instruction that all rows share, and
/// would make any two short rows look alike.
struct GramSets {
    /// For each text its grams, rarest first, numbered by rank of rarity: ascending.
    let sets: [[Int32]]

    init(_ texts: [String]) {
        let grams = texts.map { Self.grams(of: normalized($0)) }
        var frequency: [UInt64: Int] = [:]
        for gram in grams.joined() { frequency[gram, default: 0] += 1 }
        let limit = texts.count >= 20 ? texts.count / 2 : texts.count
        let ranked = frequency.filter { $0.value <= limit }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        let ranks = Dictionary(uniqueKeysWithValues: ranked.enumerated().map { ($1.key, Int32($0)) })
        sets = grams.map { $0.compactMap { ranks[$0] }.sorted() }
    }

    private static func grams(of text: String) -> Set<UInt64> {
        var grams: Set<UInt64> = []
        var window: UInt64 = 0
        for (index, byte) in text.utf8.enumerated() {
            window = (window << 8 | UInt64(byte)) & 0xFF_FFFF_FFFF
            if index >= 4 { grams.insert(window) }
        }
        return grams.isEmpty ? [window] : grams
    }
}

/// Lower case, with white space joined and trimmed.
func normalized(_ text: String) -> String {
    text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

/// Finds sets whose Jaccard similarity `|x ∩ y| / |x ∪ y|` reaches a threshold, exactly.
///
/// Prefix filtering (Bayardo, Ma, Srikant 2007): with grams in one global order, two sets that similar share a gram among the
/// first `|x| − ⌈t·|x|⌉ + 1` of each, so only those are indexed.
struct SimilarityIndex {
    let threshold: Double
    private var postings: [Int32: [Int]] = [:]
    private var members: [[Int32]] = []

    init(threshold: Double) { self.threshold = threshold }

    /// Adds a set; it has the number of sets before it.
    mutating func insert(_ set: [Int32]) {
        for gram in prefix(of: set) { postings[gram, default: []].append(members.count) }
        members.append(set)
    }

    /// The numbers of the similar sets, ascending.
    func matches(_ set: [Int32]) -> [Int] {
        let candidates = Set(prefix(of: set).flatMap { postings[$0] ?? [] })
        return candidates.filter { similarity(members[$0], set) >= threshold }.sorted()
    }

    private func prefix(of set: [Int32]) -> ArraySlice<Int32> {
        set.prefix(set.count - Int((threshold * Double(set.count)).rounded(.up)) + 1)
    }

    private func similarity(_ first: [Int32], _ second: [Int32]) -> Double {
        let (small, large) = (min(first.count, second.count), max(first.count, second.count))
        guard Double(small) >= threshold * Double(large) else { return 0 }
        var (i, j, shared) = (0, 0, 0)
        while i < first.count, j < second.count {
            if first[i] == second[j] { shared += 1 }
            let (a, b) = (first[i], second[j])
            if a <= b { i += 1 }
            if b <= a { j += 1 }
        }
        return Double(shared) / Double(first.count + second.count - shared)
    }
}
