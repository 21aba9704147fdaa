/// Unigram encoding: the segmentation whose pieces have the greatest sum of scores (log-probabilities), found by Viterbi.
struct UnigramModel: Sendable {
    let vocabulary: Vocabulary
    let scores: [Double]
    let unknownID: Int32?
    let fallsBackToBytes: Bool
    private let trie: ByteTrie
    /// An unknown character scores 10 below the worst piece.
    private let unknownScore: Double
    private let fallbackIDs: [Int32?]

    init(vocabulary: Vocabulary, scores: [Double], unknownID: Int32?, fallsBackToBytes: Bool) {
        self.vocabulary = vocabulary
        self.scores = scores
        self.unknownID = unknownID
        self.fallsBackToBytes = fallsBackToBytes
        var trie = ByteTrie()
        for entry in 0..<vocabulary.count { trie.insert(vocabulary.token(entry), value: vocabulary.ids[entry]) }
        self.trie = trie
        unknownScore = (scores.min() ?? .infinity) - 10
        fallbackIDs = (0..<256).map { vocabulary.id(of: ByteFallback.token(of: UInt8($0))) }
    }

    func tokens(of piece: ArraySlice<UInt8>) throws(TokenizerError) -> [ModelToken] {
        var tokens: [ModelToken] = []
        for segment in try segments(of: piece) {
            let text = piece[piece.startIndex + segment.lowerBound..<piece.startIndex + segment.upperBound]
            if let id = vocabulary.id(of: text) {
                tokens.append(ModelToken(id: id, range: segment))
            } else if let bytes = byteFallback(for: text) {
                tokens += bytes.map { ModelToken(id: $0, range: segment) }
            } else {
                tokens.append(ModelToken(id: try unknown(in: text), range: segment))
            }
        }
        return tokens
    }

    private func unknown(in text: ArraySlice<UInt8>) throws(TokenizerError) -> Int32 {
        guard let unknownID else { throw TokenizerError(.noUnknownToken(word: String(decoding: text, as: UTF8.self))) }
        return unknownID
    }

    private func byteFallback(for text: ArraySlice<UInt8>) -> [Int32]? {
        guard fallsBackToBytes else { return nil }
        let ids = text.compactMap { fallbackIDs[Int($0)] }
        return ids.count == text.count ? ids : nil
    }

    /// The best way to a place in the text: over which piece, from where, at what total score.
    private struct Step {
        var id: Int32 = 0
        var start: Int32 = -1
        var score = 0.0

        mutating func offer(_ id: Int32, from start: Int, score: Double) {
            guard self.start < 0 || score > self.score else { return }
            self = Step(id: id, start: Int32(start), score: score)
        }
    }

    /// The best segmentation as byte ranges, neighbouring unknowns joined into one.
    private func segments(of piece: ArraySlice<UInt8>) throws(TokenizerError) -> [Range<Int>] {
        let base = piece.startIndex
        var best = Array(repeating: Step(), count: piece.count + 1)
        var place = 0
        while place < piece.count {
            let length = scalarLength(startingWith: piece[base + place])
            let score = best[place].score
            var hasCharacter = false
            trie.forEachPrefix(of: piece, at: base + place) { pieceLength, id in
                best[place + pieceLength].offer(id, from: place, score: scores[Int(id)] + score)
                if pieceLength == length { hasCharacter = true }
            }
            if !hasCharacter {
                let id = try unknown(in: piece[(base + place)..<(base + place + length)])
                best[place + length].offer(id, from: place, score: unknownScore + score)
            }
            place += length
        }
        return backtrack(best)
    }

    private func backtrack(_ best: [Step]) -> [Range<Int>] {
        var segments: [Range<Int>] = []
        var end = best.count - 1
        var followsUnknown = false
        while end > 0 {
            let step = best[end]
            let isUnknown = unknownID == step.id
            if isUnknown, followsUnknown, let last = segments.last {
                segments[segments.count - 1] = Int(step.start)..<last.upperBound
            } else {
                segments.append(Int(step.start)..<end)
            }
            followsUnknown = isUnknown
            end = Int(step.start)
        }
        return segments.reversed()
    }
}
