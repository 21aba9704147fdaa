import CKernels

/// Products of 32-bit floats or of brain floats, summed in 32-bit floats: `C = Σ left · right`.
///
/// Right operands are decoded into packed panels that fit a core's cache, and the rows of the left pass over them. Where the work is
/// cut depends on shapes alone, and each element of C is summed in one order: the number of threads changes nothing.
public enum Product {
    /// One `left [rows, depth] · right [depth, columns]`.
    public struct Term {
        let left: LeftOperand
        let right: RightOperand

        public init(_ left: LeftOperand, _ right: RightOperand) {
            precondition(left.depth == right.depth, "shapes of a product agree")
            precondition(right.suits(left.arithmetic), "both operands are of one kind")
            self.left = left
            self.right = right.prepared(for: left.arithmetic)
        }
    }

    /// `Σ terms + bias`. bias [1, columns].
    public struct Sum {
        let terms: [Term]
        let bias: Matrix?

        public init(_ terms: [Term], bias: Matrix? = nil) {
            let (left, columns) = (terms[0].left, terms[0].right.columns)
            precondition(terms.allSatisfy { $0.left.rows == left.rows && $0.right.columns == columns }, "terms have one shape")
            precondition(terms.allSatisfy { $0.left.arithmetic == left.arithmetic }, "terms are of one kind")
            precondition(bias.map { $0.count == columns } ?? true, "a number for each column")
            self.terms = terms
            self.bias = bias
        }

        public init(_ term: Term) { self.init([term]) }

        var rows: Int { terms[0].left.rows }
        var columns: Int { terms[0].right.columns }
        var words: Int { terms.reduce(0) { $0 + $1.left.words } }
        var arithmetic: Arithmetic { terms[0].left.arithmetic }
    }

    /// Each sum in the numbers that it was made of; the cores share all of them at once.
    public static func activations(_ sums: [Sum]) -> [Activations] {
        guard let first = sums.first else { return [] }
        return first.arithmetic == .fp32 ? floats(sums).map(Activations.floats) : brains(sums).map(Activations.brains)
    }

    /// `Σ terms` in the numbers that it was made of.
    public static func activations(_ sum: Sum) -> Activations {
        sum.arithmetic == .fp32 ? .floats(floats(sum)) : .brains(brains([sum])[0])
    }

    private static func brains(_ sums: [Sum]) -> [BrainFloatMatrix] {
        var outs = sums.map { BrainFloatMatrix(undefinedRows: $0.rows, columns: $0.columns) }
        let places = outs.indices.map { UnsafeMutableRawPointer(outs[$0].mutablePointer()) }
        run(zip(sums, places).map { Job($0, to: $1, as: LORA_STORE_BRAINS, width: 2) })
        return outs
    }

    /// The sums one beside the other, in the numbers that they were made of; nil for none.
    public static func beside(_ sums: [Sum]) -> Activations? {
        guard let first = sums.first else { return nil }
        precondition(sums.allSatisfy { $0.rows == first.rows }, "the sums are equally high")
        let columns = sums.reduce(0) { $0 + $1.columns }
        if first.arithmetic == .fp32 {
            var out = Matrix(undefinedRows: first.rows, columns: columns)
            run(beside(sums, UnsafeMutableRawPointer(out.mutablePointer()), LORA_STORE_FLOATS, width: 4, columns: columns))
            return .floats(out)
        }
        var out = BrainFloatMatrix(undefinedRows: first.rows, columns: columns)
        run(beside(sums, UnsafeMutableRawPointer(out.mutablePointer()), LORA_STORE_BRAINS, width: 2, columns: columns))
        return .brains(out)
    }

    private static func beside(
        _ sums: [Sum], _ out: UnsafeMutableRawPointer, _ sink: lora_product_sink, width: Int, columns: Int
    ) -> [Job] {
        var start = 0
        return sums.map { sum in
            defer { start += sum.columns }
            return Job(sum, to: out + start * width, as: sink, width: width, outColumns: columns)
        }
    }

    /// Each sum in 32-bit floats.
    public static func floats(_ sums: [Sum]) -> [Matrix] {
        var outs = sums.map { Matrix(undefinedRows: $0.rows, columns: $0.columns) }
        let places = outs.indices.map { UnsafeMutableRawPointer(outs[$0].mutablePointer()) }
        run(zip(sums, places).map { Job($0, to: $1, as: LORA_STORE_FLOATS, width: 4) })
        return outs
    }

    /// `Σ terms` in 32-bit floats.
    public static func floats(_ sum: Sum) -> Matrix { floats([sum])[0] }

    /// `out += Σ terms + bias`.
    public static func add(_ sum: Sum, to out: inout Matrix) {
        precondition(out.rows == sum.rows && out.columns == sum.columns, "the sum has the product's shape")
        run([Job(sum, to: out.mutablePointer(), as: LORA_ADD_FLOATS, width: 4)])
    }

    /// `out += Σ terms`, by the calling thread alone: for work that is shared among threads already.
    static func addAlone(_ sum: Sum, to out: UnsafeMutablePointer<Float>) {
        let job = Job(sum, to: out, as: LORA_ADD_FLOATS, width: 4)
        for piece in 0..<job.cut.count { job.run(piece: piece) }
    }

    private static func run(_ jobs: [Job]) {
        let pieces = jobs.indices.flatMap { job in (0..<jobs[job].cut.count).map { (job: job, index: $0) } }
        Parallel.each(pieces.count, isSmall: jobs.allSatisfy(\.cut.isSmall)) { place in
            jobs[pieces[place].job].run(piece: pieces[place].index)
        }
    }
}

/// A sum and where it goes.
private struct Job {
    let sum: Product.Sum
    let out: UnsafeMutableRawPointer
    let sink: lora_product_sink
    /// Bytes of an element of `out`.
    let width: Int
    /// Elements from row to row of `out`.
    let outColumns: Int
    let cut: Cut

    init(
        _ sum: Product.Sum, to out: UnsafeMutableRawPointer, as sink: lora_product_sink, width: Int, outColumns: Int? = nil
    ) {
        self.outColumns = outColumns ?? sum.columns
        self.sum = sum
        self.out = out
        self.sink = sink
        self.width = width
        cut = Cut(rows: sum.rows, columns: sum.columns, words: sum.words)
    }

    func run(piece index: Int) {
        let (rows, columns) = cut.piece(index)
        let panels = (columns.count + RightOperand.width - 1) / RightOperand.width
        let packed = MatrixStorage(count: panels * RightOperand.width * sum.words)
        var place = UnsafeMutableRawPointer(packed.base).assumingMemoryBound(to: UInt32.self)
        let terms = sum.terms.map { part in
            part.right.pack(columns, sum.arithmetic, into: place)
            defer { place += panels * RightOperand.width * part.left.words }
            var term = part.left.term(fromRow: rows.lowerBound)
            term.right = UnsafePointer(place)
            return term
        }
        withExtendedLifetime(packed) {
            lora_product(
                KernelPath.current.code, sum.arithmetic.number, terms, terms.count, rows.count, columns.count,
                sum.bias.map { $0.pointer + columns.lowerBound }, sink,
                out + (rows.lowerBound * outColumns + columns.lowerBound) * width, outColumns)
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
    init(rows: Int, columns: Int, words: Int) {
        self.rows = rows
        self.columns = columns
        let panels = (columns + RightOperand.width - 1) / RightOperand.width
        let fitting = max(1, Self.cacheWords / max(1, words * RightOperand.width))
        // several pieces for each core, in an even number, leave none waiting long for another
        let pieces = max((panels + fitting - 1) / fitting, min(6, panels / 3))
        let even = min(panels, (pieces + 1) / 2 * 2)
        width = (panels + even - 1) / max(1, even) * RightOperand.width
        let strips = panels >= 4 ? 1 : 4
        let heights = (rows + LeftOperand.height - 1) / LeftOperand.height
        height = max(1, (heights + strips - 1) / strips) * LeftOperand.height
        isSmall = rows * columns * words < Self.smallWork
    }

    private var across: Int { (columns + width - 1) / max(1, width) }
    var count: Int { rows == 0 || columns == 0 ? 0 : across * ((rows + height - 1) / height) }

    func piece(_ index: Int) -> (rows: Range<Int>, columns: Range<Int>) {
        let (row, column) = (index / across * height, index % across * width)
        return (row..<min(rows, row + height), column..<min(columns, column + width))
    }

    /// 512 KiB.
    private static let cacheWords = 1 << 17
    /// Words of multiplications below which one core is faster than two.
    private static let smallWork = 1 << 18
}
