import Foundation

extension TensorDType {
    /// The bytes of a matrix [rows, columns] as those of its transpose [columns, rows], element by element and without rounding.
    ///
    /// - Precondition: elements are whole bytes, and `bytes` holds `rows · columns` of them.
    public func transposed(_ bytes: Data, rows: Int, columns: Int) -> Data {
        let width = bits / 8
        precondition(bits % 8 == 0 && bytes.count == rows * columns * width, "bytes fill the matrix")
        var turned = Data(count: bytes.count)
        bytes.withUnsafeBytes { source in
            turned.withUnsafeMutableBytes { target in
                switch width {
                case 2: Self.transpose(source, target, rows: rows, columns: columns, of: UInt16.self)
                case 4: Self.transpose(source, target, rows: rows, columns: columns, of: UInt32.self)
                case 8: Self.transpose(source, target, rows: rows, columns: columns, of: UInt64.self)
                default: Self.transpose(source, target, rows: rows, columns: columns, of: UInt8.self)
                }
            }
        }
        return turned
    }

    /// Tile by tile, so that neither side strides through memory alone.
    private static func transpose<Element: FixedWidthInteger>(
        _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, rows: Int, columns: Int, of type: Element.Type
    ) {
        let (tile, width) = (32, MemoryLayout<Element>.size)
        for top in stride(from: 0, to: rows, by: tile) {
            for left in stride(from: 0, to: columns, by: tile) {
                for row in top..<min(rows, top + tile) {
                    for column in left..<min(columns, left + tile) {
                        let element = source.loadUnaligned(fromByteOffset: (row * columns + column) * width, as: type)
                        target.storeBytes(of: element, toByteOffset: (column * rows + row) * width, as: type)
                    }
                }
            }
        }
    }
}
