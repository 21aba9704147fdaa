import Adapters
import ArgumentParser
import Foundation
import Lifecycle
import Reports

struct PlotVerb: Verb {
    static let configuration = Shell.configuration(
        "plot", "Draw the loss of a training in the terminal.", example: "lora plot ticket-router@v2")

    @Argument(
        help: ArgumentHelp(
            "A version, such as ticket-router@v2, or a folder with a trainer_state.json; a bare name means the training that goes on, else "
                + "the version in production, else the latest.", valueName: "version-or-dir"))
    var subject: String
    @Flag(help: "Draw learning rate and gradient norm too.")
    var all = false
    @Option(help: ArgumentHelp("Lines of a chart.", valueName: "n"))
    var height = 14
    @Flag(help: "Use ASCII alone.")
    var ascii = false
    @OptionGroup var place: RegistryOption

    func validate() throws {
        guard (4...100).contains(height) else { throw ValidationError("--height takes 4 to 100.") }
    }

    func perform(in session: Session) throws -> ExitStatus {
        let (title, curves) = try curves(in: session)
        let charts = all ? curves.all : [curves.loss].filter { !$0.isEmpty }
        guard !charts.isEmpty else {
            session.console.say("\(title): no loss was logged.")
            return .passed
        }
        let style: TerminalChart.Style = ascii || !session.showsUnicode ? .ascii : .braille
        session.console.say(title)
        for chart in charts {
            let drawing = TerminalChart(chart, width: min(session.console.width, 120), height: height, style: style)
            for line in drawing.lines { session.console.print(line) }
        }
        return .passed
    }

    private func curves(in session: Session) throws -> (title: String, curves: TrainingCurves) {
        let folder = session.url(subject)
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue {
            return (subject, try TrainingCurves(inFolder: folder))
        }
        return try session.openRegistry(place.registry).curves(of: subject)
    }
}
