import Tensors

/// The keys and values of one layer for the tokens so far of several rows, each row in a place of its own.
struct LayerCache: Sendable {
    private(set) var keys: Activations
    private(set) var values: Activations

    init(tokens: Int, columns: Int, _ arithmetic: Arithmetic) {
        let none = Activations(Matrix(rows: 0, columns: columns), arithmetic)
        keys = none.grown(to: tokens)
        values = none.grown(to: tokens)
    }

    /// Puts the new keys and values of each span at the end of the keys it speaks of.
    mutating func store(keys newKeys: Activations, values newValues: Activations, _ spans: [AttentionSpan]) {
        for span in spans {
            let start = span.keys.upperBound - span.queries.count
            keys.setRows(from: start, newKeys.rows(span.queries))
            values.setRows(from: start, newValues.rows(span.queries))
        }
    }
}

/// What the layers remember of several rows.
struct KeyValueCache: Sendable {
    var layers: [LayerCache]
    /// Where the tokens so far of each row stand.
    private(set) var rows: [Range<Int>] = []

    init(for configuration: ModelConfiguration, _ arithmetic: Arithmetic, room: [Int]) {
        var start = 0
        for count in room {
            rows.append(start..<start)
            start += count
        }
        let columns = configuration.keyValueHeadCount * configuration.headSize
        layers = (0..<configuration.layerCount).map { _ in LayerCache(tokens: start, columns: columns, arithmetic) }
    }

    /// Makes the next tokens of a row known; the caller stays within the row's room.
    mutating func extend(_ row: Int, by count: Int) { rows[row] = rows[row].lowerBound..<rows[row].upperBound + count }
}

extension LlamaModel {
    /// Bytes of keys and values that rows which are written at once may hold together (256 MiB).
    private static let cacheLimit = 1 << 28
    /// Beyond so many rows a step's products gain little from another.
    private static let rowLimit = 64

    /// Cuts requests into runs of neighbours that are written together; one that needs more room than a batch has stands alone.
    public func batches(of requests: [GenerationRequest]) -> [Range<Int>] {
        let width = arithmetic == .bf16 ? 2 : 4
        let bytes = 2 * configuration.layerCount * configuration.keyValueHeadCount * configuration.headSize * width
        var batches: [Range<Int>] = []
        var (start, tokens) = (0, 0)
        for (index, request) in requests.enumerated() {
            let isFull = (tokens + request.room) * bytes > Self.cacheLimit || index - start == Self.rowLimit
            let standsAlone =
                hasFrequenciesOfItsOwn(length: request.room)
                || index > start && hasFrequenciesOfItsOwn(length: requests[index - 1].room)
            if index > start, isFull || standsAlone {
                batches.append(start..<index)
                (start, tokens) = (index, 0)
            }
            tokens += request.room
        }
        return start < requests.count ? batches + [start..<requests.count] : batches
    }
}
