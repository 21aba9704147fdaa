import DurableFiles
import Foundation
import Randomness
import Registry
import Schedules

/// The place of the retrain check of one registry on this machine's schedule: the user's crontab, or a timer of the user's systemd.
public struct MaintenanceSchedule {
    public enum Keeper: String, Sendable, Hashable, CaseIterable { case cron, systemd }

    /// What is there.
    public struct Entry: Sendable, Hashable {
        public let keeper: Keeper
        /// The file, or nil for the user's crontab.
        public let file: URL?
        public let lines: [String]
    }

    private let layout: RegistryLayout
    private let program: URL
    private let environment: [String: String]
    private let stamp: UInt64

    /// - Parameter program: this program's own file.
    public init(of layout: RegistryLayout, program: URL, environment: [String: String]) {
        self.layout = layout
        self.program = program
        self.environment = environment
        stamp = StableHash.of([], layout.root.path)
    }

    /// What is called. `--quiet`: cron sends a mail whenever something is printed.
    private var words: [String] { [program.path, "retrain-check", "--quiet", "--registry", layout.root.path] }

    /// A minute that differs between registries, so that not all of a machine, or of a fleet, begin at once.
    public var ownMinute: Int { Int(stamp % 60) }

    private var unitName: String { "lora-retrain-check-\(String(stamp, radix: 16).prefix(8))" }

    /// Puts the check on the schedule, in place of an earlier entry with the same keeper.
    ///
    /// - Parameter options: what the check is called with besides, such as `--run`.
    ///
    /// - Returns: the entry, and whether anything was changed for it.
    /// - Throws: `ScheduleError`, `CrontabError`
    public func install(
        _ times: RunTimes, with keeper: Keeper, options: [String] = []
    ) throws -> (entry: Entry, isChanged: Bool) {
        switch keeper {
        case .cron: try installLine(times, words + options)
        case .systemd: try installTimer(times, words + options)
        }
    }

    /// Takes the check off the schedule, whoever keeps it.
    ///
    /// - Returns: what was there.
    public func remove() throws -> [Entry] {
        let entries = try self.entries()
        for entry in entries {
            switch entry.keeper {
            case .cron: try changeCrontab { try $0.removing(layout.root.path) }
            case .systemd: try removeTimer()
            }
        }
        return entries
    }

    /// What is on the schedule; a keeper that this machine has not keeps nothing.
    public func entries() throws -> [Entry] {
        var entries: [Entry] = []
        if let lines = try installedLines() { entries.append(Entry(keeper: .cron, file: nil, lines: lines)) }
        if let timer = unitFolder().map({ unit("timer", in: $0) }), let text = Self.text(of: timer) {
            entries.append(Entry(keeper: .systemd, file: timer, lines: text.split(separator: "\n").map(String.init)))
        }
        return entries
    }

    private static func text(of file: URL) -> String? {
        FileManager.default.contents(atPath: file.path).map { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: cron

    private func installedLines() throws -> [String]? {
        do {
            return try crontab(ScheduledProgram("crontab", environment: environment)).block(of: layout.root.path)
        } catch ScheduleError.noProgram {
            return nil
        }
    }

    private func installLine(_ times: RunTimes, _ words: [String]) throws -> (Entry, Bool) {
        guard let line = CronLine.text(times, words) else { throw ScheduleError.unwritable(words.joined(separator: " ")) }
        let note = "# `lora schedule remove --registry \(layout.root.path)` takes this away"
        let isChanged = try changeCrontab { try $0.installing([note, line], of: layout.root.path) }
        return (Entry(keeper: .cron, file: nil, lines: [note, line]), isChanged)
    }

    private func crontab(_ cron: ScheduledProgram) throws -> Crontab {
        let listed = try cron.run(["-l"])
        if listed.status == 0 { return Crontab(Array(listed.output)) }
        // nobody has written one yet
        let isAbsent = ["no crontab for", "No such file"].contains { listed.complaint.contains($0) }
        guard isAbsent else {
            throw ScheduleError.failed(program: "crontab", words: "-l", complaint: listed.complaint, status: listed.status)
        }
        return Crontab([])
    }

    @discardableResult
    private func changeCrontab(_ change: (Crontab) throws -> Crontab) throws -> Bool {
        let cron = try ScheduledProgram("crontab", environment: environment)
        let old = try crontab(cron)
        let new = try change(old)
        guard new != old else { return false }
        let written = try cron.run(["-"], input: new.bytes)
        guard written.status == 0 else {
            throw ScheduleError.failed(program: "crontab", words: "-", complaint: written.complaint, status: written.status)
        }
        guard try crontab(cron) == new else { throw ScheduleError.notKept }
        return true
    }

    // MARK: systemd

    private func unitFolder() -> URL? {
        let home = environment["XDG_CONFIG_HOME"] ?? environment["HOME"].map { "\($0)/.config" }
        return home.flatMap { $0.hasPrefix("/") ? URL(filePath: $0).appending(path: "systemd/user") : nil }
    }

    private func installTimer(_ times: RunTimes, _ words: [String]) throws -> (Entry, Bool) {
        guard let folder = unitFolder() else { throw ScheduleError.noHome }
        guard let units = SystemdUnits(name: unitName, subject: layout.root.path, times, words, successes: [10]) else {
            throw ScheduleError.unwritable(words.joined(separator: " "))
        }
        let manager = try ScheduledProgram("systemctl", environment: environment)
        let files = [(unit("service", in: folder), units.service), (unit("timer", in: folder), units.timer)]
        let old = files.map { Self.text(of: $0.0) }
        let isChanged = zip(files, old).contains { $0.1 != $1 }
        try DurableFile.makeFolder(folder)
        for (file, text) in files { try DurableFile.write(Data(text.utf8), to: file) }
        do {
            try call(manager, ["--user", "daemon-reload"])
            try call(manager, ["--user", "enable", "--now", "\(unitName).timer"])
        } catch {
            for (file, text) in zip(files.map(\.0), old) {
                if let text { try DurableFile.write(Data(text.utf8), to: file) } else { try DurableFile.remove(file) }
            }
            throw error
        }
        return (
            Entry(keeper: .systemd, file: files[1].0, lines: units.timer.split(separator: "\n").map(String.init)),
            isChanged
        )
    }

    private func unit(_ ending: String, in folder: URL) -> URL { folder.appending(path: "\(unitName).\(ending)") }

    private func removeTimer() throws {
        guard let folder = unitFolder() else { return }
        let manager = try ScheduledProgram("systemctl", environment: environment)
        try call(manager, ["--user", "disable", "--now", "\(unitName).timer"])
        for ending in ["service", "timer"] { try DurableFile.remove(unit(ending, in: folder)) }
        try call(manager, ["--user", "daemon-reload"])
    }

    private func call(_ manager: ScheduledProgram, _ words: [String]) throws {
        let outcome = try manager.run(words)
        guard outcome.status == 0 else {
            throw ScheduleError.failed(
                program: "systemctl", words: words.joined(separator: " "), complaint: outcome.complaint, status: outcome.status)
        }
    }
}
