import CKernels

/// A right operand [depth, columns] of products; packed piece by piece while the product runs, in the numbers of the left one.
public enum RightOperand: Sendable {
    /// Wᵀ of a weight [outputs, inputs]: forward.
    case transposedWeight(LinearWeight)
    /// W [outputs, inputs]: what carries gradients back to the inputs.
    case weight(LinearWeight)
    /// Xᵀ of X [columns, depth].
    case transposed(Activations)
    /// X [depth, columns].
    case matrix(Activations)

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

    /// Columns of a panel.
    static let width = Int(LORA_RIGHT_PANEL)

    /// Whether these numbers can be packed as they are.
    func suits(_ arithmetic: Arithmetic) -> Bool {
        switch self {
        case .transposedWeight, .weight: true
        case .transposed(let x), .matrix(let x): x.arithmetic == arithmetic
        }
    }

    /// The same where no piece of it can be decoded for itself: decoded once for all pieces.
    func prepared(for arithmetic: Arithmetic) -> RightOperand {
        switch self {
        case .weight(.nf4(let w)) where arithmetic == .fp32 || !w.packsIntoPanels:
            .matrix(Activations(LinearWeight.nf4(w).decoded(), arithmetic))
        case .weight(.float32(let w)) where arithmetic == .bf16: .matrix(Activations(w, .bf16))
        case .weight(.merged(let w)): .matrix(Activations(LinearWeight.merged(w).decoded(), arithmetic))
        default: self
        }
    }

    /// Packs some columns, beginning with a multiple of the panel's width.
    func pack(_ columns: Range<Int>, _ arithmetic: Arithmetic, into panels: UnsafeMutablePointer<UInt32>) {
        switch self {
        case .transposed(let x): Self.pack(transposed: x, columns, panels)
        case .matrix(let x): Self.pack(x, columns, panels)
        case .transposedWeight(let w): Self.pack(transposed: w, columns, arithmetic, panels)
        case .weight(let w): Self.pack(w, columns, arithmetic, panels)
        }
    }

    private static func pack(
        transposed w: LinearWeight, _ columns: Range<Int>, _ arithmetic: Arithmetic, _ panels: UnsafeMutablePointer<UInt32>
    ) {
        switch (w, arithmetic) {
        case (.bfloat16(let w), .bf16): pack(transposed: .brains(w), columns, panels)
        case (.float32(let w), .fp32): pack(transposed: .floats(w), columns, panels)
        case (.nf4(let w), .bf16) where w.packsIntoPanels: w.pack(transposedRows: columns, into: panels)
        default:
            // a panel's rows at a time stay in the cache between decoding and packing
            for start in stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
                let rows = Activations(w.decoded(start..<min(columns.upperBound, start + width)), arithmetic)
                let place = panels + (start - columns.lowerBound) * arithmetic.words(w.inputs)
                pack(transposed: rows, 0..<rows.rows, place)
            }
        }
    }

    private static func pack(
        _ w: LinearWeight, _ columns: Range<Int>, _ arithmetic: Arithmetic, _ panels: UnsafeMutablePointer<UInt32>
    ) {
        switch (w, arithmetic) {
        case (.bfloat16(let w), .bf16): pack(.brains(w), columns, panels)
        case (.float32(let w), .fp32): pack(.floats(w), columns, panels)
        case (.nf4(let w), .bf16) where w.packsIntoPanels: w.pack(columns: columns, into: panels)
        case (.bfloat16(let w), .fp32):
            lora_pack_right_across_widened(
                KernelPath.current.code, w.pointer + columns.lowerBound, w.columns, w.rows, columns.count, panels)
        default: preconditionFailure("prepared before")
        }
    }

    private static func pack(
        transposed x: Activations, _ columns: Range<Int>, _ panels: UnsafeMutablePointer<UInt32>
    ) {
        let row = x.columns * x.arithmetic.width
        lora_pack_right(KernelPath.current.code, x.address + columns.lowerBound * row, row, columns.count, row, panels)
    }

    private static func pack(_ x: Activations, _ columns: Range<Int>, _ panels: UnsafeMutablePointer<UInt32>) {
        switch x {
        case .floats(let x):
            lora_pack_right_across_floats(
                KernelPath.current.code, x.pointer + columns.lowerBound, x.columns, x.rows, columns.count, panels)
        case .brains(let x):
            lora_pack_right_across(
                KernelPath.current.code, x.pointer + columns.lowerBound, x.columns, x.rows, columns.count, panels)
        }
    }
}
