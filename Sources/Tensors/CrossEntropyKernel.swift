import CKernels

/// `−log softmax(logits)[label]`, row by row. logits [rows, vocabulary].
public enum CrossEntropyKernel {
    public static func forward(_ logits: Matrix, labels: [Int32]) -> [Double] {
        losses(labels, of: (logits.rows, logits.columns)) { rows, labels, losses in
            lora_crossentropy_forward(
                KernelPath.current.code, logits.pointer + rows.lowerBound * logits.columns, labels, rows.count,
                logits.columns, losses)
        }
    }

    /// The same losses; the logits become `scale · (softmax(logits) − onehot(label))`, the gradient of scale · Σ losses.
    public static func backward(_ logits: inout Matrix, labels: [Int32], scale: Float) -> [Double] {
        let (base, columns) = (logits.mutablePointer(), logits.columns)
        return losses(labels, of: (logits.rows, columns)) { rows, labels, losses in
            lora_crossentropy_backward(
                KernelPath.current.code, base + rows.lowerBound * columns, labels, scale, rows.count, columns, losses)
        }
    }

    /// The same losses, and the gradient of scale · Σ losses in the numbers of `arithmetic`.
    public static func gradient(
        of logits: consuming Matrix, labels: [Int32], scale: Float, _ arithmetic: Arithmetic
    ) -> (losses: [Double], dLogits: Activations) {
        switch arithmetic {
        case .fp32:
            let losses = backward(&logits, labels: labels, scale: scale)
            return (losses, .floats(logits))
        case .bf16:
            let (losses, dLogits) = gradient(of: logits, labels: labels, scale: scale)
            return (losses, .brains(dLogits))
        }
    }

    private static func gradient(
        of logits: Matrix, labels: [Int32], scale: Float
    ) -> (losses: [Double], dLogits: BrainFloatMatrix) {
        var dLogits = BrainFloatMatrix(undefinedRows: logits.rows, columns: logits.columns)
        let (out, columns) = (dLogits.mutablePointer(), logits.columns)
        let losses = losses(labels, of: (logits.rows, columns)) { rows, labels, losses in
            let start = rows.lowerBound * columns
            lora_brain_crossentropy_backward(
                KernelPath.current.code, logits.pointer + start, labels, scale, rows.count, columns, losses, out + start)
        }
        return (losses, dLogits)
    }

    private static func losses(
        _ labels: [Int32], of logits: (rows: Int, vocabulary: Int),
        _ kernel: (Range<Int>, UnsafePointer<Int32>, UnsafeMutablePointer<Double>) -> Void
    ) -> [Double] {
        precondition(labels.count == logits.rows, "a label for every row")
        precondition(labels.allSatisfy { $0 >= 0 && $0 < logits.vocabulary }, "labels are in the vocabulary")
        return [Double](unsafeUninitializedCapacity: labels.count) { buffer, count in
            let losses = buffer.baseAddress
            labels.withUnsafeBufferPointer { labels in
                Parallel.ranges(labels.count, grain: Parallel.elementGrain / max(1, logits.vocabulary)) { rows in
                    kernel(rows, labels.baseAddress! + rows.lowerBound, losses! + rows.lowerBound)
                }
            }
            count = labels.count
        }
    }
}
