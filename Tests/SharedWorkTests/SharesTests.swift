import SharedWork
import Testing

/// What is done on all processors is what one would have done.
@Suite struct SharesTests {
    private struct Refusal: Error, Equatable { let element: Int }

    @Test(arguments: [1, 3, 10, 1_000]) func theOrderIsKept(_ size: Int) {
        let elements = Array(0..<257)
        #expect(inShares(of: size, elements) { share in share.map { -$0 } } == elements.map { -$0 })
        #expect(inShares(of: size, [Int]()) { Array($0) }.isEmpty)
    }

    @Test(arguments: [0, 1, 255, 256, 1_000, 4_097]) func sharesOfARangeAreWholeAndInOrder(_ count: Int) {
        #expect(inSharesOfEach(7..<7 + count) { $0 } == Array(7..<7 + count))
        #expect(inShares(0..<count) { Array($0) }.flatMap(\.self) == Array(0..<count))
    }

    @Test func theFirstShareThatFailsIsTold() {
        #expect(throws: Refusal(element: 30)) {
            try inShares(of: 10, Array(0..<100)) { share in
                try share.map { if $0 >= 30, $0 % 10 == 0 { throw Refusal(element: $0) } else { $0 } }
            }
        }
    }

    @Test func ofTwoThatFailTheFirstIsTold() throws {
        #expect(
            try together {
                1
            } and: {
                "two"
            } == (1, "two"))
        #expect(throws: Refusal(element: 1)) {
            try together {
                throw Refusal(element: 1)
            } and: {
                throw Refusal(element: 2)
            }
        }
        #expect(throws: Refusal(element: 2)) {
            try together {
                1
            } and: {
                throw Refusal(element: 2)
            }
        }
    }
}
