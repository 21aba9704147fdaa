import Testing

@testable import Reports

@Suite struct ChartTests {
    private func curve(_ count: Int, _ value: (Int) -> Double) -> Chart.Curve {
        Chart.Curve("loss", (1...count).map { Chart.Point($0, value($0)) })
    }

    @Test func aLongCurveKeepsItsSpikes() {
        let curve = curve(10_000) { $0 == 7_777 ? 50 : 1 / Double($0) }
        let thinned = curve.thinned(to: 400)
        #expect(thinned.count <= 410)
        #expect(thinned.first == curve.points.first && thinned.last == curve.points.last)
        #expect(thinned.contains(Chart.Point(7_777, 50)))
        #expect(zip(thinned, thinned.dropFirst()).allSatisfy { $0.step < $1.step })
    }

    @Test func aShortCurveStaysAsItIs() {
        let curve = curve(30) { Double($0) }
        #expect(curve.thinned(to: 400) == curve.points)
    }

    @Test func whatIsNoNumberIsLeftOut() {
        let chart = Chart("t", [Chart.Curve("a", [.init(1, .nan), .init(2, 3), .init(3, .infinity)]), Chart.Curve("b", [])])
        #expect(chart.curves.map(\.points) == [[Chart.Point(2, 3)]])
        #expect(Chart("t", []).steps == nil)
        #expect(Chart.Curve("joined", [.init(100, 1), .init(1, 2), .init(2, 3)]).points.map(\.step) == [1, 2, 100])
    }

    @Test(arguments: [
        (0.0, 1.0, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0.13, 0.87, 4, [0.2, 0.4, 0.6, 0.8]), (-5, 5, 2, [-5, 0, 5]), (3, 3, 5, [3]),
        (1e-6, 3e-6, 2, [1e-6, 2e-6, 3e-6]), (0, 1_000, 7, [0, 200, 400, 600, 800, 1_000]),
    ])
    func ticksAreRoundNumbersWithin(low: Double, high: Double, count: Int, expected: [Double]) {
        let ticks = Ticks(low...high, count: count).values
        #expect(ticks.count == expected.count && zip(ticks, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(ticks)")
    }

    @Test(arguments: [
        (0.0, "0"), (1, "1"), (0.0305, "0.0305"), (12.345, "12.3"), (1234, "1234"), (0.5, "0.5"), (-2.5, "-2.5"), (2e-4, "2e-4"),
        (123_456, "1.23e5"), (0.9999, "1"), (-0.0004, "-4e-4"), (99.96, "100"),
    ])
    func numbersAreShort(value: Double, words: String) { #expect(ChartNumber.words(value) == words) }

    @Test func brailleFollowsTheCurve() {
        let rising = Chart("loss", [curve(100) { Double($0) }])
        let lines = TerminalChart(rising, width: 60, height: 6).lines
        #expect(lines.count == 9 && lines[0] == "loss")
        #expect(lines.allSatisfy { $0.count <= 60 })
        // from the lower left to the upper right
        let plane = lines[1...6].map { line in line.drop { $0 != "┤" }.dropFirst() }
        let starts = plane.map { line in line.prefix { $0 == " " }.count }
        #expect(starts == starts.sorted(by: >) && starts.first! > 30 && starts.last == 0)
        #expect(lines[1].hasPrefix("      100") && lines[6].hasPrefix("        1"))
        #expect(lines[8].hasSuffix("step 100"))
    }

    @Test func asciiHasAMarkForEachCurve() {
        let two = Chart("loss", [curve(50) { Double($0) }, Chart.Curve("held-out", [.init(1, 50), .init(50, 1)])])
        let lines = TerminalChart(two, width: 50, height: 8, style: .ascii).lines
        #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy(\.isASCII) && $0.count <= 50 })
        #expect(lines[1].contains("o") && lines[1].contains("*"), "both end at the top, on either side")
        #expect(lines.last?.contains("* loss   o held-out") == true)
    }

    @Test func onePointIsShownInTheMiddle() {
        let lines = TerminalChart(Chart("t", [Chart.Curve("a", [.init(5, 2)])]), width: 40, height: 5, style: .ascii).lines
        #expect(lines.dropFirst().prefix(5).contains { $0.contains("*") })
        #expect(TerminalChart(Chart("t", []), style: .ascii).lines.isEmpty)
    }

    @Test(
        "what another trainer wrote is drawn, whatever its numbers",
        arguments: [
            [Chart.Point(1, 1), .init(100, 2), .init(2, 3)], [.init(1, 1e308), .init(2, -1e308)],
            [.init(.min, 1), .init(.max, 2)], [.init(.max - 1, 5e-324), .init(.max, 0)], [.init(5, 1), .init(5, 2)],
        ])
    func anyNumbers(points: [Chart.Point]) throws {
        let chart = Chart("loss", [Chart.Curve("training", points)])
        for style in [TerminalChart.Style.braille, .ascii] {
            #expect(TerminalChart(chart, width: 60, height: 6, style: style).lines.count >= 9)
        }
        #expect(try #require(ChartDrawing(chart).markup).text.contains("polyline"))
    }
}
