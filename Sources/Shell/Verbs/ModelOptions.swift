import ArgumentParser
import Foundation
import Lifecycle
import Llama
import Training

/// `--base`, a model folder or the name of a registered base.
struct BaseOption: ParsableArguments {
    @Option(help: ArgumentHelp("The base: a Hugging Face model folder, or the name of a registered base.", valueName: "base"))
    var base: String
    @OptionGroup var place: RegistryOption

    func folder(in session: Session) throws -> URL {
        try BaseLocation(named: base, folder: session.url(base)) { try session.openRegistry(place.registry) }.folder
    }
}

/// `--text TEXT` or `--chat FILE`, exactly one of them.
struct TextOrChat: ParsableArguments {
    @Option(help: ArgumentHelp("A plain text.", valueName: "text"))
    var text: String?
    @Option(help: ArgumentHelp("A JSON file with messages.", valueName: "file"))
    var chat: String?

    enum Choice {
        case text(String)
        case chat(URL)
    }

    func validate() throws {
        guard (text == nil) != (chat == nil) else { throw ValidationError("Give either --text or --chat.") }
    }

    func choice(in session: Session) throws -> Choice {
        if let text { return .text(text) }
        return .chat(session.url(chat ?? ""))
    }
}

/// `--chat-date`, with the day that trainings use unless they are told another.
struct ChatDateOption: ParsableArguments {
    @Option(help: ArgumentHelp("The day that chat templates take for today.", valueName: "date"))
    var chatDate: CalendarDay?

    /// What was named, else what a plan takes.
    var day: CalendarDay { get throws { try chatDate ?? TrainingPlan(typed: TrainingOptions()).chatDate } }
}

extension CalendarDay: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

/// `--adapter`, a PEFT folder or a released version.
struct AdapterOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The adapter to put on the base: a PEFT folder, or a version such as ticket-router@v2.", valueName: "adapter-or-dir"))
    var adapter: String?

    func folder(in session: Session, registry: String?) throws -> URL? {
        try adapter.map { try session.adapterFolder($0, registry: registry) }
    }
}

extension Session {
    /// The folder of an adapter that is named by its path or as a version.
    func adapterFolder(_ name: String, registry: String?) throws -> URL {
        try AdapterLocation(named: name, folder: url(name)) { try openRegistry(registry) }.folder
    }
}

extension Session {
    /// A policy that was typed by its file or by its name.
    func policy(_ text: String) -> PolicyChoice { PolicyChoice(text, file: url(text)) }
}

/// `--precision`, how the frozen linears are kept.
struct PrecisionOption: ParsableArguments {
    @Option(help: ArgumentHelp("Storage of the base's linears: nf4, bf16 or fp32.", valueName: "name"))
    var precision: BasePrecision = .fp32
}

extension BasePrecision: ExpressibleByArgument {}
