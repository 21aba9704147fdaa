import Adapters
import ArgumentParser
import Foundation
import Lifecycle
import Schedules
import StrictJSON

struct ScheduleVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Let cron or systemd call `lora retrain-check`, and see what that will lead to.",
        discussion: "EXAMPLE\n  lora schedule install --at 06:00\n\n\(ExitStatus.table)",
        subcommands: [
            ScheduleInstallVerb.self, ScheduleRemoveVerb.self, ScheduleShowVerb.self, ScheduleSimulateVerb.self,
        ])
}

struct ScheduleInstallVerb: Verb {
    static let configuration = Shell.configuration(
        "install",
        "Put the retrain check of this registry into the user's crontab, or a systemd timer; all else there stays as it is.",
        example: "lora schedule install --every week --at 06:00")

    @OptionGroup var times: RunTimeOptions
    @Flag(help: "Make a timer of the user's systemd instead, which makes up for runs that were missed.")
    var systemd = false
    @Flag(help: "Let it do what is due, as far as the policies allow: `lora retrain-check --run`.")
    var run = false
    @Option(help: ArgumentHelp("Let it hand its news to this address (http…) or command.", valueName: "target"))
    var notify: String?
    @Option(help: ArgumentHelp("Let it begin up to so many minutes later.", valueName: "minutes"))
    var jitter: Int?
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        if let jitter, !(0...1_440).contains(jitter) { throw ValidationError("--jitter takes 0 to 1,440 minutes.") }
    }

    private var options: [String] {
        (run ? ["--run"] : []) + (notify.map { ["--notify", $0] } ?? []) + (jitter.map { ["--jitter", "\($0)"] } ?? [])
    }

    func perform(in session: Session) throws -> ExitStatus {
        // what the schedule's command would refuse every time
        _ = try notify.map { try MaintenanceNotice.Target($0) }
        let workspace = try session.openRegistry(place.registry)
        let schedule = try session.schedule(of: workspace)
        let times = times.times(minute: schedule.ownMinute)
        let (entry, isChanged) = try schedule.install(times, with: systemd ? .systemd : .cron, options: options)
        if format.json {
            session.print(["entry": entry.json, "changed": .bool(isChanged)], as: "lora.schedule/1")
        } else {
            session.console.say(
                isChanged
                    ? "The retrain check now runs \(times.words), by \(entry.place):" : "It stands in \(entry.place) already:")
            for line in entry.lines { session.console.print("  \(Wording.visible(line))") }
        }
        return .passed
    }
}

struct ScheduleRemoveVerb: Verb {
    static let configuration = Shell.configuration(
        "remove", "Take the retrain check of this registry off the schedule; all else there stays as it is.",
        example: "lora schedule remove")

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let removed = try session.schedule(of: session.openRegistry(place.registry)).remove()
        if format.json {
            session.print(["removed": .array(removed.map(\.json))], as: "lora.schedule/1")
        } else {
            for entry in removed { session.console.say("Taken out of \(entry.place).") }
            if removed.isEmpty { session.console.say("Nothing was scheduled for this registry.") }
        }
        return .passed
    }
}

struct ScheduleShowVerb: Verb {
    static let configuration = Shell.configuration(
        "show", "Say what is scheduled for this registry, and when all adapters were checked last.", example: "lora schedule show"
    )

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let workspace = try session.openRegistry(place.registry)
        let entries = try session.schedule(of: workspace).entries()
        let last = workspace.lastCheck
        if format.json {
            session.print(
                ["entries": .array(entries.map(\.json)), "last_check": last.map { .string("\($0)") } ?? .null],
                as: "lora.schedule/1")
            return .passed
        }
        for entry in entries {
            session.console.say("In \(entry.place):")
            for line in entry.lines { session.console.print("  \(Wording.visible(line))") }
        }
        if entries.isEmpty {
            session.console.say("Nothing is scheduled; `\(session.command("schedule install"))` changes that.")
        }
        session.console.say(last.map { "All adapters were checked last at \($0)." } ?? "All adapters were never checked.")
        return .passed
    }
}

struct ScheduleSimulateVerb: Verb {
    static let configuration = Shell.configuration(
        "simulate", "Say which trainings the scheduled check would find due, if nothing happened but time.",
        example: "lora schedule simulate --from 2026-12-01 --to 2028-12-01")

    @Option(help: ArgumentHelp("The first moment; now by default.", valueName: "time"))
    var from: Timestamp?
    @Option(help: ArgumentHelp("The last moment.", valueName: "time"))
    var to: Timestamp
    @OptionGroup var times: RunTimeOptions
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let workspace = try session.openRegistry(place.registry)
        let start = from ?? session.clock()
        guard start < to else { throw ValidationError("--from (\(start)) must lie before --to (\(to)).") }
        let times = times.times(minute: try session.schedule(of: workspace).ownMinute)
        let zone = LocalZone()
        let check = RetrainCheck(in: workspace, workingFolder: session.workingFolder)
        let (forecast, unjudged) = try check.forecast(from: start, to: to) { zone.next(times, from: $0) }
        if format.json {
            session.print(forecast.json)
        } else {
            session.console.say(
                "\(counted(forecast.events.count, "training")) from \(start) to \(to), checked \(times.words), were nothing to happen but time."
            )
            for event in forecast.events {
                session.console.say("  \(event.moment)  \(event.adapter)  \(event.reasons.map(\.words).joined(separator: " "))")
            }
        }
        for adapter in unjudged { session.console.complain(Wording.text(of: adapter.explanation)) }
        return unjudged.first.map { ExitStatus($0.explanation.kind) } ?? .passed
    }
}

struct RunTimeOptions: ParsableArguments {
    enum Period: String, ExpressibleByArgument, CaseIterable { case day, week, month }

    @Option(help: "How often: day, week (on Mondays) or month (on the first).")
    var every = Period.day
    @Option(
        help: ArgumentHelp(
            "The time of day in the machine's zone; by default in the hour after 06:00, at a minute of the registry's own.",
            valueName: "hh:mm"))
    var at: ClockTime?

    func times(minute: Int) -> RunTimes {
        let days: RunTimes.Days =
            switch every {
            case .day: .daily
            case .week: .weekly(weekday: 1)
            case .month: .monthly(day: 1)
            }
        return RunTimes(days, hour: at?.hour ?? 6, minute: at?.minute ?? minute)
    }
}

struct ClockTime: ExpressibleByArgument {
    let hour: Int
    let minute: Int

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        (self.hour, self.minute) = (hour, minute)
    }
}

extension MaintenanceSchedule.Entry {
    fileprivate var place: String { file?.path ?? "the crontab" }

    fileprivate var json: JSONValue {
        [
            "keeper": .string(keeper.rawValue), "file": file.map { .string($0.path) } ?? .null,
            "lines": .array(lines.map { .string($0) }),
        ]
    }
}

extension Session {
    fileprivate func schedule(of workspace: Workspace) throws -> MaintenanceSchedule {
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return MaintenanceSchedule(of: workspace.layout, program: URL(filePath: program), environment: environment)
    }
}
