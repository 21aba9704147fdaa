/// A chart as SVG: its own text says what is drawn, and colours come with dashes, so that neither sight of colours nor of pictures is needed.
struct ChartDrawing {
    private let chart: Chart
    private static let (width, height) = (720.0, 240.0)
    private static let (left, right, top, bottom) = (76.0, 24.0, 16.0, 34.0)
    /// Of a curve; more could not be told apart.
    private static let points = 400

    init(_ chart: Chart) { self.chart = chart }

    /// Nil without points.
    var markup: Markup? {
        guard let steps = chart.steps, let values = chart.values else { return nil }
        let plane = Plane(steps: steps, values: values)
        let drawing = Markup.element(
            "svg",
            [
                .init("viewBox", "0 0 \(Int(Self.width)) \(Int(Self.height))"), .init("role", "img"),
                .init("class", "chart"),
            ],
            [.element("title", chart.title), .element("desc", description(steps))] + grid(plane)
                + chart.curves.enumerated().map { line($1, number: $0, on: plane) })
        let legend = chart.curves.enumerated().map { number, curve in
            Markup.element("li", [.init("class", "curve curve-\(number % 4)")], [.text(curve.name)])
        }
        return .element(
            "figure", [.element("figcaption", chart.title), drawing, .element("ul", class: "legend", legend)])
    }

    private func description(_ steps: ClosedRange<Int>) -> String {
        chart.curves.map { curve in
            let (first, last) = (curve.points[0].value, curve.points[curve.points.count - 1].value)
            return "\(curve.name) goes from \(ChartNumber.words(first)) to \(ChartNumber.words(last))"
        }.joined(separator: "; ") + ", steps \(steps.lowerBound) to \(steps.upperBound)."
    }

    private struct Plane {
        let steps: ClosedRange<Int>
        let values: ClosedRange<Double>

        func x(_ step: Double) -> Double {
            left + (Double(steps.lowerBound)...Double(steps.upperBound)).share(of: step) * (width - left - right)
        }

        func y(_ value: Double) -> Double {
            height - bottom - values.share(of: value) * (height - top - bottom)
        }
    }

    private func grid(_ plane: Plane) -> [Markup] {
        let levels = Ticks(plane.values, count: 5).values.flatMap { value -> [Markup] in
            let y = place(plane.y(value))
            return [
                .element(
                    "line",
                    [
                        .init("class", "grid"), .init("x1", place(Self.left)), .init("x2", place(Self.width - Self.right)),
                        .init("y1", y), .init("y2", y),
                    ], []),
                label(ChartNumber.words(value), x: Self.left - 6, y: plane.y(value) + 4, anchor: "end"),
            ]
        }
        let range = Double(plane.steps.lowerBound)...Double(plane.steps.upperBound)
        let steps = Ticks(range, count: 6).values.compactMap { Int(exactly: $0) }.map { step in
            label("\(step)", x: plane.x(Double(step)), y: Self.height - 10, anchor: "middle")
        }
        return levels + steps
    }

    private func label(_ text: String, x: Double, y: Double, anchor: String) -> Markup {
        .element("text", [.init("x", place(x)), .init("y", place(y)), .init("text-anchor", anchor)], [.text(text)])
    }

    private func line(_ curve: Chart.Curve, number: Int, on plane: Plane) -> Markup {
        let points = curve.thinned(to: Self.points)
        let (style, first) = ("curve-\(number % 4)", points[0])
        guard points.count > 1 else {
            return .element(
                "circle",
                [
                    .init("class", style), .init("cx", place(plane.x(Double(first.step)))),
                    .init("cy", place(plane.y(first.value))),
                    .init("r", "3"),
                ], [])
        }
        let places = points.map { "\(place(plane.x(Double($0.step)))),\(place(plane.y($0.value)))" }
        return .element("polyline", [.init("class", style), .init("points", places.joined(separator: " "))], [])
    }

    private func place(_ value: Double) -> String { ChartNumber.fixed(value, 1) }
}
