import Tensors

/// The keys and values of one layer for the tokens so far; room grows by doubling.
struct LayerCache: Sendable {
    private(set) var keys: Activations
    private(set) var values: Activations
    private(set) var count = 0

    init(columns: Int, _ arithmetic: Arithmetic) {
        let none = Activations(Matrix(rows: 0, columns: columns), arithmetic)
        keys = none
        values = none
    }

    mutating func append(keys newKeys: Activations, values newValues: Activations) {
        let needed = count + newKeys.rows
        if needed > keys.rows { grow(to: max(needed, 2 * keys.rows, 64)) }
        keys.setRows(from: count, newKeys)
        values.setRows(from: count, newValues)
        count = needed
    }

    /// Forgets everything after the first `length` tokens.
    mutating func truncate(to length: Int) {
        precondition(length <= count, "a cache is cut, not stretched")
        count = length
    }

    private mutating func grow(to rows: Int) {
        keys = keys.grown(to: rows)
        values = values.grown(to: rows)
    }
}

/// What the layers remember of one row.
public struct KeyValueCache: Sendable {
    var layers: [LayerCache]
    /// Tokens so far.
    public var count: Int { layers.first?.count ?? 0 }

    init(for configuration: ModelConfiguration, _ arithmetic: Arithmetic) {
        let columns = configuration.keyValueHeadCount * configuration.headSize
        layers = (0..<configuration.layerCount).map { _ in LayerCache(columns: columns, arithmetic) }
    }

    /// Forgets everything after the first `length` tokens.
    public mutating func truncate(to length: Int) {
        for index in layers.indices { layers[index].truncate(to: length) }
    }
}
