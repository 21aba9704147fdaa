import Testing

@testable import Tensors

struct MatrixTests {
    @Test func `writing a copy leaves the original alone`() {
        let original = Matrix(rows: 2, columns: 2, values: [1, 2, 3, 4])
        var copy = original
        copy[0, 1] = 9
        copy.scale(by: 2)
        copy.setRows(from: 1, original.rows(0..<1))
        #expect(original.values == [1, 2, 3, 4])
        #expect(copy.values == [2, 18, 1, 2])
    }

    @Test func `memory from the pool starts as zeros where zeros are promised`() {
        for _ in 0..<3 {
            var matrix = Matrix(rows: 7, columns: 13)
            #expect(matrix.values.allSatisfy { $0 == 0 })
            matrix.fill(5)
        }
    }

    @Test(arguments: [1, 63, 64, 65, 80, 81, 1000, 1 << 20, (1 << 20) + 1])
    func `size classes hold what they promise and waste at most a quarter`(_ count: Int) {
        let size = MatrixPool.sizeClass(holding: count)
        #expect(size >= count && MatrixPool.sizeClass(holding: size) == size)
        #expect(count <= 64 || size <= count * 5 / 4 + 1)
    }

    @Test func `rows are gathered, scattered and grown`() {
        var matrix = Matrix(rows: 3, columns: 2, values: [0, 1, 2, 3, 4, 5])
        #expect(matrix.rows(at: [2, 0]).values == [4, 5, 0, 1])
        matrix.setRows(at: [2, 0], from: Matrix(rows: 2, columns: 2, values: [9, 8, 7, 6]))
        #expect(matrix.values == [7, 6, 2, 3, 9, 8])
        #expect(matrix.grown(to: 4).values == [7, 6, 2, 3, 9, 8, 0, 0])
        matrix.addToRows(Matrix(rows: 1, columns: 2, values: [1, 10]))
        #expect(matrix.values == [8, 16, 3, 13, 10, 18])
        #expect(matrix.squaredNorm == 64 + 256 + 9 + 169 + 100 + 324)
    }
}
