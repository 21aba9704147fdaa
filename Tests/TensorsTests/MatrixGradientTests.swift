import Testing

@testable import Tensors

/// What the gradients of weights are summed from, against naive sums.
struct MatrixGradientTests {
    @Test(arguments: Arithmetic.allCases)
    func `the product of a gradient with an input is added`(_ arithmetic: Arithmetic) {
        var noise = Noise(5)
        let (dy, x, start) = (noise.matrix(29, 37), noise.matrix(29, 45), noise.matrix(37, 45))
        let (left, right) = (Activations(dy, arithmetic), Activations(x, arithmetic))
        var found = start
        found.add(transposed: left, times: right)
        let (exactLeft, exactRight) = (left.matrix, right.matrix)
        let expected = (0..<37).flatMap { row in
            (0..<45).map { column in
                (0..<29).reduce(Double(start[row, column])) {
                    $0 + Double(exactLeft[$1, row]) * Double(exactRight[$1, column])
                }
            }
        }
        // 32-bit sums of 30 numbers up to 1
        #expect(largestDifference(found, expected) < 1e-5)
    }

    @Test func `rows are added to a vector and to the rows of a table`() {
        var noise = Noise(6)
        let (rows, start) = (noise.matrix(4, 3), noise.matrix(1, 3))
        var sum = start
        sum.addRows(of: rows)
        let sums = (0..<3).map { column in (0..<4).reduce(Double(start[0, column])) { $0 + Double(rows[$1, column]) } }
        #expect(largestDifference(sum, sums) < 1e-6)
        var table = Matrix(rows: 5, columns: 3)
        table.addRows(rows, at: [2, 0, 2, 4])
        #expect(table.rows(at: [1, 3]).squaredNorm == 0)
        for column in 0..<3 {
            #expect(table[0, column] == rows[1, column] && table[4, column] == rows[3, column])
            #expect(table[2, column] == rows[0, column] + rows[2, column])
        }
    }
}
