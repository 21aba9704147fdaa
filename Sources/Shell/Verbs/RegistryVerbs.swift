import Adapters
import ArgumentParser
import Lifecycle
import Registry

struct RegistryVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry", abstract: "Look after the registry itself.",
        discussion: "EXAMPLE\n  lora registry rebuild\n\n\(ExitStatus.table)", subcommands: [RegistryRebuildVerb.self])
}

struct RegistryRebuildVerb: Verb {
    static let configuration = Shell.configuration(
        "rebuild", "Make the index again from git alone, and say where it differs from the old one.",
        example: "lora registry rebuild")

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let rebuild = try RebuildIndex(session.registryLocation(place.registry)).run(
            on: session.occasion("found while the index was made again"))
        if format.json {
            session.print(rebuild.json, as: "lora.rebuild/1")
        } else {
            for line in RebuildWords.lines(rebuild) { session.console.say(line) }
        }
        for line in MendedWords.lines(rebuild.mended) { session.console.complain(line) }
        return rebuild.mended.isDamaged ? .integrityFailure : .passed
    }
}

enum RebuildWords {
    static func lines(_ rebuild: IndexRebuild) -> [String] {
        guard let differences = rebuild.differences else {
            let kept = rebuild.setAside.map { " The one that could not be read is kept as \($0.path)." } ?? ""
            return ["The index is made again from git.\(kept)"]
        }
        guard !differences.isEmpty else { return ["The index is made again from git, and is what it was."] }
        return ["The index is made again from git. It differs from the one before:"]
            + differences.map { "  \($0.table): \(counted($0.onlyOld, "row")) went, \(counted($0.onlyNew, "row")) came" }
    }
}
