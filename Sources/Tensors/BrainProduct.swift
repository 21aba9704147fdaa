import CKernels

/// Products of brain floats, summed in 32-bit floats: `C = Σ left · right`.
///
/// Right operands are decoded into packed panels that fit a core's cache, and every left panel passes over them. Where the work is
/// cut depends on shapes alone, and each element of C is summed in one order: the number of threads changes nothing.
public enum BrainProduct {
    /// One `left [rows, depth] · right [depth, columns]`.
    public struct Term {
        let left: LeftPanels
        let right: RightOperand

        public init(_ left: LeftPanels, _ right: RightOperand) {
            precondition(left.depth == right.depth, "shapes of a product agree")
            self.left = left
            self.right = right
        }
    }

    /// `Σ terms + bias` rounded to brain floats. bias [1, columns].
    public static func brains(_ terms: [Term], bias: Matrix? = nil) -> BrainFloatMatrix {
        var out = BrainFloatMatrix(undefinedRows: terms[0].left.rows, columns: terms[0].right.columns)
        run(terms, bias, LORA_STORE_BRAINS, out.mutablePointer(), width: 2)
        return out
    }

    /// `Σ terms` in 32-bit floats.
    public static func floats(_ terms: [Term]) -> Matrix {
        var out = Matrix(undefinedRows: terms[0].left.rows, columns: terms[0].right.columns)
        run(terms, nil, LORA_STORE_FLOATS, out.mutablePointer(), width: 4)
        return out
    }

    /// `out += Σ terms + bias`.
    public static func add(_ terms: [Term], bias: Matrix? = nil, to out: inout Matrix) {
        precondition(out.rows == terms[0].left.rows && out.columns == terms[0].right.columns, "the sum has the product's shape")
        run(terms, bias, LORA_ADD_FLOATS, out.mutablePointer(), width: 4)
    }

    private static func run(
        _ terms: [Term], _ bias: Matrix?, _ sink: lora_product_sink, _ out: UnsafeMutableRawPointer, width: Int
    ) {
        let (rows, columns) = (terms[0].left.rows, terms[0].right.columns)
        precondition(terms.allSatisfy { $0.left.rows == rows && $0.right.columns == columns }, "terms have one shape")
        precondition(bias.map { $0.count == columns } ?? true, "a number for each column")
        let pairs = terms.reduce(0) { $0 + $1.right.pairs }
        let cut = Cut(rows: rows, columns: columns, pairs: pairs)
        Parallel.each(cut.count, isSmall: cut.isSmall) { index in
            let (rows, columnRange) = cut.piece(index)
            let panels = (columnRange.count + RightOperand.width - 1) / RightOperand.width
            let packed = MatrixStorage(count: panels * RightOperand.width * pairs)
            var place = UnsafeMutableRawPointer(packed.base).assumingMemoryBound(to: UInt32.self)
            let codes = terms.map { term in
                term.right.pack(columnRange, into: place)
                defer { place += panels * RightOperand.width * term.right.pairs }
                return lora_product_term(
                    left: term.left.pointer(fromRow: rows.lowerBound), right: UnsafePointer(place), pairs: term.right.pairs)
            }
            lora_brain_product(
                KernelPath.current.code, codes, codes.count, rows.count, columnRange.count,
                bias.map { $0.pointer + columnRange.lowerBound }, sink,
                out + (rows.lowerBound * columns + columnRange.lowerBound) * width, columns)
        }
    }
}

/// How a product [rows, columns] is cut into pieces of whole panels.
private struct Cut {
    let rows: Int
    let columns: Int
    /// Rows and columns of a piece; the last ones may be smaller.
    private let height: Int
    private let width: Int
    let isSmall: Bool

    /// Columns are cut so that a piece's right panels stay in half of a core's cache; rows only where columns are too few to share.
    init(rows: Int, columns: Int, pairs: Int) {
        self.rows = rows
        self.columns = columns
        let panels = (columns + RightOperand.width - 1) / RightOperand.width
        let fitting = max(1, Self.cacheWords / max(1, pairs * RightOperand.width))
        // several pieces for each core, in an even number, leave none waiting long for another
        let pieces = max((panels + fitting - 1) / fitting, min(6, panels / 3))
        let even = min(panels, (pieces + 1) / 2 * 2)
        width = (panels + even - 1) / max(1, even) * RightOperand.width
        let strips = panels >= 4 ? 1 : 4
        let heights = (rows + LeftPanels.height - 1) / LeftPanels.height
        height = max(1, (heights + strips - 1) / strips) * LeftPanels.height
        isSmall = rows * columns * pairs < Self.smallWork
    }

    private var across: Int { (columns + width - 1) / max(1, width) }
    var count: Int { rows == 0 || columns == 0 ? 0 : across * ((rows + height - 1) / height) }

    func piece(_ index: Int) -> (rows: Range<Int>, columns: Range<Int>) {
        let (row, column) = (index / across * height, index % across * width)
        return (row..<min(rows, row + height), column..<min(columns, column + width))
    }

    /// 512 KiB.
    private static let cacheWords = 1 << 17
    /// Pairs of multiplications below which one core is faster than two.
    private static let smallWork = 1 << 18
}
