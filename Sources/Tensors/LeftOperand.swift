import CKernels

/// A left operand [rows, depth] of products: read where it lies, or packed once for all products that share it.
public struct LeftOperand: Sendable {
    let rows: Int
    let depth: Int
    let arithmetic: Arithmetic
    private let place: Place

    private enum Place: Sendable {
        /// Rows as they lie, from a column on.
        case rows(Activations, column: Int)
        /// Columns as they lie, from one on.
        case columns(Matrix, from: Int)
        /// Panels of 14 rows.
        case panels(MatrixStorage)
    }

    /// X itself.
    public init(_ x: Activations) { self.init(x, columns: 0..<x.columns) }

    /// Some columns of X.
    public init(_ x: Activations, columns: Range<Int>) {
        precondition(columns.lowerBound >= 0 && columns.upperBound <= x.columns, "columns lie in the matrix")
        rows = x.rows
        depth = columns.count
        arithmetic = x.arithmetic
        guard Self.mustBePacked(x, depth: columns.count) else {
            place = .rows(x, column: columns.lowerBound)
            return
        }
        let words = x.arithmetic.words(columns.count)
        let storage = Self.panels(rows: x.rows, words: words)
        place = .panels(storage)
        let (stride, width) = (x.columns * x.arithmetic.width, x.arithmetic.width)
        Self.eachPanel(rows: x.rows, words: words, storage) { rows, panels in
            lora_pack_left(
                KernelPath.current.code, x.address + rows.lowerBound * stride + columns.lowerBound * width, stride, rows.count,
                columns.count * width, panels)
        }
    }

    /// Xᵀ.
    public init(transposed x: Activations) { self.init(transposed: x, columns: 0..<x.columns) }

    /// Xᵀ of some columns of X.
    public init(transposed x: Activations, columns: Range<Int>) {
        precondition(columns.lowerBound >= 0 && columns.upperBound <= x.columns, "columns lie in the matrix")
        rows = columns.count
        depth = x.rows
        arithmetic = x.arithmetic
        switch x {
        case .floats(let x): place = .columns(x, from: columns.lowerBound)
        case .brains(let x):
            let words = Arithmetic.bf16.words(x.rows)
            let storage = Self.panels(rows: columns.count, words: words)
            place = .panels(storage)
            Self.eachPanel(rows: columns.count, words: words, storage) { rows, panels in
                lora_pack_left_across(
                    KernelPath.current.code, x.pointer + columns.lowerBound + rows.lowerBound, x.columns, x.rows, rows.count,
                    panels)
            }
        }
    }

    var words: Int { arithmetic.words(depth) }

    /// Where the words are, from a row on that begins a panel; the right operand is for the caller to set.
    func term(fromRow row: Int) -> lora_product_term {
        var term = lora_product_term()
        term.words = words
        switch place {
        case .rows(let x, let column):
            term.row_step = x.columns * arithmetic.width
            term.word_step = 4
            term.left = x.address + row * term.row_step + column * arithmetic.width
        case .columns(let x, let first):
            term.row_step = 4
            term.word_step = 4 * x.columns
            term.left = UnsafeRawPointer(x.pointer + first + row)
        case .panels(let storage):
            term.row_step = 4
            term.word_step = 4 * Self.height
            term.panel_step = 4 * Self.height * words
            term.left = UnsafeRawPointer(storage.base) + row / Self.height * term.panel_step
            return term
        }
        term.panel_step = Self.height * term.row_step
        return term
    }

    /// Rows of a panel.
    static let height = Int(LORA_LEFT_PANEL)
}

extension LeftOperand {
    /// Rows that end within a word cannot be read as words; rows 2 KiB apart, or a multiple of it, drive each other out of the cache.
    private static func mustBePacked(_ x: Activations, depth: Int) -> Bool {
        let stride = x.columns * x.arithmetic.width
        return !(depth * x.arithmetic.width).isMultiple(of: 4) || (stride.isMultiple(of: 2048) && depth > 32)
    }

    private static func panels(rows: Int, words: Int) -> MatrixStorage {
        MatrixStorage(count: (rows + height - 1) / height * height * words)
    }

    /// Has panels packed, about 256 KiB at a time.
    private static func eachPanel(
        rows: Int, words: Int, _ storage: MatrixStorage,
        _ pack: (_ rows: Range<Int>, _ panels: UnsafeMutablePointer<UInt32>) -> Void
    ) {
        let out = UnsafeMutableRawPointer(storage.base).assumingMemoryBound(to: UInt32.self)
        Parallel.ranges((rows + height - 1) / height, grain: packedWords / max(1, height * words)) { panels in
            pack(panels.lowerBound * height..<min(rows, panels.upperBound * height), out + panels.lowerBound * height * words)
        }
    }

    private static let packedWords = 1 << 16
}

extension Arithmetic {
    /// Bytes of an element.
    var width: Int { self == .fp32 ? 4 : 2 }

    /// 32-bit words that a depth of elements fills.
    func words(_ depth: Int) -> Int { (depth * width + 3) / 4 }

    var number: lora_number { self == .fp32 ? LORA_FLOATS : LORA_BRAINS }
}

extension Activations {
    var address: UnsafeRawPointer {
        switch self {
        case .floats(let matrix): UnsafeRawPointer(matrix.pointer)
        case .brains(let matrix): UnsafeRawPointer(matrix.pointer)
        }
    }
}
