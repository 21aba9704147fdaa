import Training

/// An estimate for people.
enum EstimateWords {
    static func print(_ estimate: TrainingEstimate, in session: Session) {
        for line in lines(estimate) { session.console.say(line) }
        session.print(table(estimate))
        session.console.say(assumptions)
    }

    private static func lines(_ estimate: TrainingEstimate) -> [String] {
        let work = estimate.work
        let longer = estimate.extensionFactor > 1 ? "; up to \(estimate.extensionFactor) times that when the run is extended" : ""
        return [
            "memory: \(estimate.memory.sum)",
            "work: \(work.steps) steps, \(work.tokens) tokens, \(Decimals.text(work.flopsPerToken / 1e9, 4)) GFLOP a token\(longer)",
        ]
    }

    private static func table(_ estimate: TrainingEstimate) -> Table {
        Table(
            ["MACHINE", "MEMORY", "FITS", "TOKENS/S", "TIME", "COST"],
            ([estimate.here] + estimate.cards).map { machine in
                [
                    machine.name, "\(ByteCount(machine.memory))", machine.fits ? "yes" : "no",
                    machine.tokensPerSecond.map { Decimals.text($0, 0) } ?? "– (--probe)",
                    machine.seconds.map(Decimals.duration) ?? "–",
                    machine.cost.map { "$" + Decimals.text($0, 2) }
                        ?? (machine.tokensPerSecond == nil ? "–" : "– (--price-per-hour)"),
                ]
            })
    }

    private static let assumptions =
        "Cards are not measured: data-sheet peak in bf16, \(Decimals.text(100 * ReferenceCard.utilization, 0)) % of it reached, "
        + "rents of \(ReferenceCard.asOf)."
}
