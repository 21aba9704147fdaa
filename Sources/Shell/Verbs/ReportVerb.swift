import Adapters
import ArgumentParser
import DurableFiles
import Foundation
import Lifecycle
import Reports

struct ReportVerb: Verb {
    static let configuration = Shell.configuration(
        "report", "Write one HTML file that shows why a version exists, how it was trained and what it was measured to be.",
        example: "lora report ticket-router --out ticket-router.html")

    @Argument(
        help: ArgumentHelp(
            "A version, such as ticket-router@v2; a bare name means the one in production, else the latest.", valueName: "version"
        ))
    var version: String
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The file to write, ADAPTER-vN.html here without it; refused when something stands there.", valueName: "file"))
    var out: String?
    @Flag(help: "Replace the file that stands there.")
    var force = false
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let workspace = try session.openRegistry(place.registry)
        let (version, report) = try ReportAdapter(in: workspace, workingFolder: session.workingFolder)
            .run(version, now: session.clock())
        let name = "\(version.adapter)-v\(version.number).html"
        let file = out.map { session.url($0) } ?? session.workingFolder.appending(path: name)
        try ReportFile.write(ReportPage(report), to: file, replaces: force)
        if format.json {
            session.print(["version": .string("\(version)"), "file": .string(file.path)], as: "lora.report/1")
        } else {
            session.console.say("\(PathWords.path(file, below: session.workingFolder)): the report of \(version).")
        }
        return .passed
    }
}

/// A report's file.
enum ReportFile {
    /// - Throws: `ReportError.exists`, unless it replaces.
    static func write(_ page: ReportPage, to file: URL, replaces: Bool) throws {
        guard replaces || !FileManager.default.fileExists(atPath: file.path) else { throw ReportError.exists(path: file.path) }
        try DurableFile.write(Data(page.text.utf8), to: file)
    }
}
