import Adapters
import ArgumentParser
import Hub
import Lifecycle
import StrictJSON

struct BasePullVerb: Verb {
    static let configuration = Shell.configuration(
        "pull", "Download a model from the hub into its cache, and pin it by commit and digests.",
        example: "lora base pull Qwen/Qwen3-0.6B --name qwen3")

    @Argument(help: ArgumentHelp("The model, and after an @ a branch, tag or commit.", valueName: "model"))
    var model: String
    @Option(help: ArgumentHelp("The name to give it here; its own without one.", valueName: "name"))
    var name: String?
    @Flag(help: "Pin a base of that name anew.")
    var replace = false
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let pull = PullBase(in: try session.openRegistry(place.registry), hub: try session.hub())
        let bar = format.json ? nil : DownloadBar(session.console)
        let outcome = try pull.run(model, name: name, replaces: replace) { bar?.show($0) }
        bar?.end()
        if format.json {
            session.print(outcome.json, as: "lora.base-pull/1")
        } else {
            for line in PullWords.lines(outcome) { session.console.say(line) }
        }
        return .passed
    }
}

/// Progress of a download.
private final class DownloadBar {
    private let line: ProgressLine

    init(_ console: Console) { line = ProgressLine(console: console) }

    func show(_ progress: HubPull.Progress) {
        let share = progress.total == 0 ? 1 : Double(progress.done) / Double(progress.total)
        let sizes = "\(SizeWords.text(progress.done)) of \(SizeWords.text(progress.total))"
        line.show(line.text("", share, " \(sizes)  \(progress.file)"), isLast: progress.done == progress.total)
    }

    func end() { line.end() }
}

enum PullWords {
    static func lines(_ outcome: PullBase.Outcome) -> [String] {
        let base = outcome.base
        let pinned =
            outcome.wasPinned
            ? "\(base.name) is pinned at that commit already."
            : "Pinned \(base.name): \(counted(base.files.count, "file")), \(base.digest)."
        return source(outcome) + [pinned]
    }

    private static func source(_ outcome: PullBase.Outcome) -> [String] {
        let commit = outcome.base.revision ?? "–"
        guard let pull = outcome.pull else {
            return [
                "\(outcome.base.source ?? "It") is taken from the cache at commit \(commit); the hub was not looked at (offline)."
            ]
        }
        let news =
            pull.downloaded == 0
            ? "Nothing to download: the cache has \(pull.reference) at commit \(commit)."
            : "Downloaded \(counted(pull.downloaded, "file")) of \(pull.reference), \(SizeWords.text(pull.downloadedBytes)), at commit "
                + "\(commit)."
        return [news] + (pull.renamedTo.map { ["note: the hub calls it \($0) now."] } ?? []) + leftOut(pull.leftOut)
    }

    /// One line for each reason.
    private static func leftOut(_ files: [NeededFiles.LeftOut]) -> [String] {
        NeededFiles.LeftOut.Why.allCases.compactMap { why in
            let names = files.filter { $0.why == why }
            guard !names.isEmpty else { return nil }
            let shown = names.prefix(4).map(\.path).joined(separator: ", ")
            let size = SizeWords.text(names.reduce(0) { $0 + $1.size })
            return "left out, \(why.rawValue): \(shown)\(names.count > 4 ? " and \(names.count - 4) more" : "") (\(size))"
        }
    }
}

extension PullBase.Outcome {
    fileprivate var json: JSONValue {
        let leftOut = (pull?.leftOut ?? []).map { file -> JSONValue in
            ["path": .string(file.path), "size": .integer(file.size), "because": .string(file.why.rawValue)]
        }
        return [
            "base": base.json, "was_pinned": .bool(wasPinned), "from_cache": .bool(pull == nil),
            "downloaded_files": .integer(pull?.downloaded ?? 0), "downloaded_bytes": .integer(pull?.downloadedBytes ?? 0),
            "renamed_to": pull?.renamedTo.map { .string($0) } ?? .null, "left_out": .array(leftOut),
        ]
    }
}
