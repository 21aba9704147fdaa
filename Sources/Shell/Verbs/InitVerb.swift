import ArgumentParser
import Foundation
import Lifecycle
import StrictJSON

struct InitVerb: Verb {
    static let configuration = Shell.configuration(
        "init", "Lay a registry and the shipped policies into a folder, keeping what is there.", example: "lora init")

    @Argument(help: ArgumentHelp("The folder; the working folder when none is named.", valueName: "dir"))
    var folder = "."
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let root = session.url(folder).standardizedFileURL
        let created = try InitRegistry.run(in: root).map { PathWords.path($0, below: root) }
        if format.json {
            session.print(["created": .array(created.map { .string($0) })], as: "lora.init/1")
        } else if created.isEmpty {
            session.console.say("Everything is there already; nothing was changed.")
        } else {
            for path in created { session.console.say("created \(path)") }
            session.console.say("Next: pin a base with `\(session.command("base add NAME DIR"))`.")
        }
        return .passed
    }
}

enum PathWords {
    /// The path as seen from a folder, when it lies below it.
    static func path(_ url: URL, below root: URL) -> String {
        let (path, prefix) = (url.standardizedFileURL.path, root.standardizedFileURL.path + "/")
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }
}
