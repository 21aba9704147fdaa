import Adapters
import ArgumentParser
import Lifecycle

struct WhyVerb: Verb {
    static let configuration = Shell.configuration(
        "why", "Tell why a version is in production: who put it there, what the gate measured, and what it was made from.",
        example: "lora why ticket-router")

    @Argument(
        help: ArgumentHelp(
            "A version, such as ticket-router@v2 or ticket-router@candidate; a bare name means production.",
            valueName: "version"))
    var version: String
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let why = try session.openRegistry(place.registry).why(version)
        if format.json {
            session.print(why.json)
        } else {
            for line in WhyWords.lines(why) { session.console.say(line) }
        }
        return .passed
    }
}

enum WhyWords {
    static func lines(_ why: WhyVersion) -> [String] {
        let lineage = why.record.lineage
        let maker = lineage.run.map { "made by \($0) from" } ?? "trained elsewhere on"
        let made = ["\(maker) \(LineageWords.data(lineage)) over base \(lineage.base.name), \(LineageWords.time(lineage))"]
        let promoted = why.tellsOfPromotion ? why.promotionReasons : []
        return [standing(why)] + promoted.map { "  \($0)" }
            + (why.admitted.map { ["let in on \($0.at) by \($0.actor.name): \($0.reason)"] } ?? [])
            + why.gateReasons.map { "  \($0)" } + made
            + (why.adviceReasons.isEmpty ? [] : ["trained because"] + why.adviceReasons.map { "  \($0)" })
    }

    private static func standing(_ why: WhyVersion) -> String {
        guard let standing = why.standing else { return "\(why.record.version): no alias points to it" }
        let forced = standing.since.isForced ? ", forced against its evidence" : ""
        return "\(why.record.version) is \(standing.alias) since \(standing.since.at)\(forced), by \(standing.since.actor.name): "
            + standing.since.reason
    }
}
