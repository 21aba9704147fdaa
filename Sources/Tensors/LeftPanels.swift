import CKernels

/// A left operand [rows, depth] of products of brain floats, packed once for all products that share it.
public struct LeftPanels: Sendable {
    let rows: Int
    let depth: Int
    private let storage: MatrixStorage

    private init(undefinedRows rows: Int, depth: Int) {
        self.rows = rows
        self.depth = depth
        let panels = (rows + Self.height - 1) / Self.height
        storage = MatrixStorage(count: panels * Self.height * ((depth + 1) / 2))
    }

    /// X itself.
    public init(_ x: BrainFloatMatrix) { self.init(x, columns: 0..<x.columns) }

    /// Some columns of X.
    public init(_ x: BrainFloatMatrix, columns: Range<Int>) {
        precondition(columns.lowerBound >= 0 && columns.upperBound <= x.columns, "columns lie in the matrix")
        self.init(undefinedRows: x.rows, depth: columns.count)
        eachPanel(grain: 1 << 16) { rows, panels in
            lora_pack_left(
                KernelPath.current.code, x.pointer + rows.lowerBound * x.columns + columns.lowerBound, x.columns, rows.count,
                columns.count, panels)
        }
    }

    /// Xᵀ.
    public init(transposed x: BrainFloatMatrix) {
        self.init(undefinedRows: x.columns, depth: x.rows)
        eachPanel(grain: 1 << 16) { rows, panels in
            lora_pack_left_across(KernelPath.current.code, x.pointer + rows.lowerBound, x.columns, depth, rows.count, panels)
        }
    }

    private func eachPanel(grain: Int, _ pack: (_ rows: Range<Int>, _ panels: UnsafeMutablePointer<UInt32>) -> Void) {
        let words = Self.height * pairs
        let out = UnsafeMutableRawPointer(storage.base).assumingMemoryBound(to: UInt32.self)
        let panels = (rows + Self.height - 1) / Self.height
        Parallel.ranges(panels, grain: max(1, grain / max(1, 2 * words))) { range in
            let rows = range.lowerBound * Self.height..<min(rows, range.upperBound * Self.height)
            pack(rows, out + range.lowerBound * words)
        }
    }

    var pairs: Int { (depth + 1) / 2 }

    var pointer: UnsafePointer<UInt32> { UnsafeRawPointer(storage.base).assumingMemoryBound(to: UInt32.self) }

    /// The panels from one that begins with `row` on.
    func pointer(fromRow row: Int) -> UnsafePointer<UInt32> { pointer + row * pairs }

    /// Rows of a panel.
    static let height = Int(LORA_LEFT_PANEL)
}
