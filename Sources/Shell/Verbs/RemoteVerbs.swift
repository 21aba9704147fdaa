import Adapters
import ArgumentParser
import Lifecycle
import Versions

struct PushVerb: Verb {
    static let configuration = Shell.configuration(
        "push", "Copy versions, their journals and large files to a bare git repository.",
        example: "lora push /srv/adapters.git ticket-router")

    @OptionGroup var remote: RemoteArguments
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let transfer = try session.openRegistry(place.registry).push(
            remote.adapters, to: remote.remote, workingFolder: session.workingFolder, isThorough: remote.verify)
        if format.json {
            session.print(transfer.json, as: "lora.push/1")
        } else {
            for line in TransferWords.lines(transfer, to: remote.remote) { session.console.say(line) }
        }
        return transfer.unmended.isEmpty ? .passed : .integrityFailure
    }
}

struct PullVerb: Verb {
    static let configuration = Shell.configuration(
        "pull", "Take versions, their journals and large files from a bare git repository, and list them.",
        example: "lora pull /srv/adapters.git")

    @OptionGroup var remote: RemoteArguments
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let outcome = try session.openRegistry(place.registry).pull(
            remote.adapters, from: remote.remote, workingFolder: session.workingFolder, isThorough: remote.verify,
            on: session.occasion("pulled from \(remote.remote)"))
        if format.json {
            session.print(outcome.transfer.json, as: "lora.pull/1")
        } else {
            for line in TransferWords.lines(outcome.transfer, to: "this registry") { session.console.say(line) }
        }
        return outcome.mended.isDamaged || !outcome.transfer.unmended.isEmpty ? .integrityFailure : .passed
    }
}

struct RemoteArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("A bare git repository: a path, ssh://user@host/path or user@host:path.", valueName: "remote"))
    var remote: String
    @Argument(help: ArgumentHelp("The adapters; all when none is named.", valueName: "adapter"))
    var adapters: [String] = []
    @Flag(help: "Read every large file of these adapters on the side that receives, and mend what is damaged from the other.")
    var verify = false
}

enum TransferWords {
    /// - Parameter receiver: whoever got what was moved, in words.
    static func lines(_ transfer: VersionTransfer, to receiver: String) -> [String] {
        let further = transfer.ahead.map { "  \($0)" }
        guard !transfer.isEmpty else {
            return further.isEmpty
                ? ["Nothing to move; both sides have the same."] : ["Nothing to move; \(receiver) is ahead:"] + further
        }
        let files =
            transfer.largeFiles == 0
            ? "" : " with \(counted(transfer.largeFiles, "large file")), \(Decimals.bytes(transfer.bytes))"
        let isMoved = !transfer.references.isEmpty || transfer.largeFiles > 0
        return (isMoved ? ["Moved \(counted(transfer.references.count, "reference"))\(files)."] : [])
            + transfer.references.map { "  \($0)" }
            + transfer.mended.map { "  mended \($0.fault.path) of \($0.subject): \($0.fault.words)" }
            + transfer.unmended.map { "✗ \($0.fault.path) of \($0.subject): \($0.fault.words); the other side has it no better" }
            + (further.isEmpty ? [] : ["\(receiver) is ahead:"] + further)
    }
}
