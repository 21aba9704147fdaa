import Adapters
import ArgumentParser
import Faults
import Lifecycle
import StrictJSON

struct BackupVerb: Verb {
    static let configuration = Shell.configuration(
        "backup", "Write the whole registry into one file: versions, histories, data sets, declarations and policies.",
        example: "lora backup /backups/adapters-2026-11-24.tar")

    @Argument(help: ArgumentHelp("The new file, a tar archive.", valueName: "file"))
    var file: String
    @Flag(help: "Take the folders of pinned bases along that lie within the registry.")
    var withBases = false
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let file = session.url(file)
        let workspace = try session.openRegistry(place.registry)
        let manifest = try BackUpRegistry(workspace, takesBases: withBases)
            .run(to: file, now: session.clock()) { _ in try session.stopWhenInterrupted("No backup was made.") }
        if format.json {
            session.print(manifest.json)
        } else {
            for line in BackupWords.lines(manifest) { session.console.say(line) }
            let restore = session.command("restore \(WordSplitter.quoted(file.path)) DIR")
            session.console.say("Written to \(file.path); `\(restore)` makes a registry of it.")
        }
        return manifest.lost.isEmpty ? .passed : .integrityFailure
    }
}

struct RestoreVerb: Verb {
    static let configuration = Shell.configuration(
        "restore", "Check a backup to the last byte, and lay its registry into a new folder, verified.",
        example: "lora restore /backups/adapters-2026-11-24.tar /srv/restored")

    @Argument(help: ArgumentHelp("What `lora backup` wrote.", valueName: "file"))
    var file: String
    @Argument(help: ArgumentHelp("The new folder; without one the backup is only checked.", valueName: "dir"))
    var folder: String?
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let restore = RestoreRegistry(from: session.url(file))
        func progress(_: String) throws { try session.stopWhenInterrupted("Nothing was restored.") }
        guard let folder else {
            let manifest = try restore.examine(progress: progress)
            if format.json {
                session.print(manifest.json)
            } else {
                for line in BackupWords.lines(manifest) { session.console.say(line) }
                session.console.say("Every byte is as it was written.")
            }
            return .passed
        }
        let target = session.url(folder).standardizedFileURL
        let outcome = try restore.run(
            into: target, on: session.occasion("found while a backup was restored"), progress: progress)
        if format.json {
            session.print(
                [
                    "backup": outcome.manifest.json, "verified": outcome.verified.json,
                    "missing_bases": .array(outcome.missingBases.map { .string("\($0)") }),
                ], as: "lora.restore/1")
        } else {
            for line in BackupWords.lines(outcome.manifest) + VerifyWords.lines(outcome.verified) { session.console.say(line) }
            session.console.say("Restored to \(target.path).")
            for base in outcome.missingBases {
                let command = session.command("base add \(base) DIR --replace")
                session.console.say("Next: bring back the folder of base '\(base)', or pin it anew with `\(command)`.")
            }
        }
        return outcome.verified.faults.isEmpty ? .passed : .integrityFailure
    }
}

extension Session {
    fileprivate func stopWhenInterrupted(_ outcome: String) throws {
        if isInterrupted { throw StoppedBackup(outcome: outcome) }
    }
}

/// Ctrl-C while a backup was written or read.
private struct StoppedBackup: Explained {
    let outcome: String

    var explanation: Explanation { Explanation("Stopped. \(outcome)", next: "Run the command again.", kind: .interrupted) }
}

enum BackupWords {
    static func lines(_ manifest: BackupManifest) -> [String] {
        let contents = [
            counted(manifest.adapters, "adapter"), counted(manifest.versions, "version"), counted(manifest.datasets, "data set"),
            counted(manifest.largeFiles, "large file"),
        ]
        return ["Backup of \(manifest.madeAt): \(contents.joined(separator: ", "))"]
            + manifest.leftOut.map { "  left out  \($0.path): \($0.reason)" }
            + manifest.lost.map { "✗ lost before the backup  \($0.path): \($0.reason)" }
    }
}
