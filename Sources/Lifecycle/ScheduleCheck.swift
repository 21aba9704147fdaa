import Adapters
import DurableFiles
import Foundation
import Registry

/// Whether something calls `lora retrain-check` from time to time: without, nobody learns what is due.
struct ScheduleCheck {
    private static let words = "retrain-check"
    private static let tables = ["/etc/crontab", "/etc/anacrontab"]
    private static let folders = [
        "/etc/cron.d", "/etc/cron.daily", "/etc/cron.weekly", "/var/spool/cron", "/var/spool/cron/crontabs",
        "/etc/systemd/system",
    ]

    let layout: RegistryLayout
    let environment: [String: String]

    var check: HealthCheck {
        HealthCheck("schedule") {
            // the user's own crontab lies where only cron may read
            if let own = try ownEntries().first { return .fine("\(own.file?.path ?? "the user's crontab") calls it\(last)") }
            if let place = places.first(where: calls) { return .fine("\(place.path) calls it\(last)") }
            return .advice(
                "nothing is found that calls `lora retrain-check`\(last)",
                mend: "lora schedule install")
        }
    }

    /// None where this user may keep no crontab: others may still call it.
    private func ownEntries() throws -> [MaintenanceSchedule.Entry] {
        do {
            return try MaintenanceSchedule(of: layout, program: URL(filePath: "/proc/self/exe"), environment: environment)
                .entries()
        } catch is ScheduleError {
            return []
        }
    }

    /// When all adapters were checked last; nothing where they never were.
    private var last: String {
        layout.timeOfLastCheck.map { "; last run \($0)" } ?? ""
    }

    private var places: [URL] {
        let own = environment["HOME"].map { [URL(filePath: $0).appending(path: ".config/systemd/user")] } ?? []
        let folders = Self.folders.map { URL(filePath: $0) } + own
        return Self.tables.map { URL(filePath: $0) } + folders.flatMap(files)
    }

    /// Folders that are not ours to read hold nothing that we could find.
    private func files(in folder: URL) -> [URL] {
        do throws(FileError) {
            return try OpenFolder(folder).entries().map(\.name).sorted().map { folder.appending(path: $0) }
        } catch {
            return []
        }
    }

    private func calls(_ file: URL) -> Bool {
        var status = stat()
        guard stat(file.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size < 1 << 16 else { return false }
        guard let bytes = FileManager.default.contents(atPath: file.path) else { return false }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").contains { line in
            line.contains(Self.words) && !line.drop { $0 == " " }.hasPrefix("#")
        }
    }
}

extension Workspace {
    /// When all adapters were checked last; nil when they never were.
    public var lastCheck: Timestamp? { layout.timeOfLastCheck }
}

extension RegistryLayout {
    fileprivate var timeOfLastCheck: Timestamp? {
        do throws(FileError) {
            return Timestamp(secondsSinceEpoch: try FileStamp(of: lastCheck).modified / 1_000_000_000)
        } catch {
            return nil
        }
    }
}
