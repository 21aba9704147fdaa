import CKernels

/// A right operand [depth, columns] of products of brain floats; packed piece by piece while the product runs.
public enum RightOperand: Sendable {
    /// Wᵀ of a weight [outputs, inputs]: forward.
    case transposedWeight(LinearWeight)
    /// W [outputs, inputs]: what carries gradients back to the inputs.
    case weight(LinearWeight)
    /// Xᵀ of X [columns, depth].
    case transposed(BrainFloatMatrix)
    /// X [depth, columns].
    case matrix(BrainFloatMatrix)

    var depth: Int {
        switch self {
        case .transposedWeight(let weight): weight.inputs
        case .weight(let weight): weight.outputs
        case .transposed(let x): x.columns
        case .matrix(let x): x.rows
        }
    }

    var columns: Int {
        switch self {
        case .transposedWeight(let weight): weight.outputs
        case .weight(let weight): weight.inputs
        case .transposed(let x): x.rows
        case .matrix(let x): x.columns
        }
    }

    var pairs: Int { (depth + 1) / 2 }

    /// Columns of a panel.
    static let width = Int(LORA_RIGHT_PANEL)

    /// Packs some columns, beginning with a multiple of the panel's width.
    func pack(_ columns: Range<Int>, into panels: UnsafeMutablePointer<UInt32>) {
        switch self {
        case .transposed(let x): Self.pack(transposed: x, columns, panels)
        case .matrix(let x): Self.pack(x, columns, panels)
        case .transposedWeight(.bfloat16(let w)): Self.pack(transposed: w, columns, panels)
        case .weight(.bfloat16(let w)): Self.pack(w, columns, panels)
        case .transposedWeight(.nf4(let w)) where w.packsIntoPanels: w.pack(transposedRows: columns, into: panels)
        case .weight(.nf4(let w)) where w.packsIntoPanels: w.pack(columns: columns, into: panels)
        case .transposedWeight(let w):
            let rows = BrainFloatMatrix(rounding: w.decoded(columns))
            Self.pack(transposed: rows, 0..<columns.count, panels)
        case .weight(let w): Self.pack(BrainFloatMatrix(rounding: w.decoded()), columns, panels)
        }
    }

    private static func pack(
        transposed x: BrainFloatMatrix, _ columns: Range<Int>, _ panels: UnsafeMutablePointer<UInt32>
    ) {
        lora_pack_right(
            KernelPath.current.code, x.pointer + columns.lowerBound * x.columns, x.columns, columns.count, x.columns, panels)
    }

    private static func pack(_ x: BrainFloatMatrix, _ columns: Range<Int>, _ panels: UnsafeMutablePointer<UInt32>) {
        lora_pack_right_across(
            KernelPath.current.code, x.pointer + columns.lowerBound, x.columns, x.rows, columns.count, panels)
    }
}
