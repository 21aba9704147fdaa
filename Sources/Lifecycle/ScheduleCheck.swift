import Adapters
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
            if let place = places.first(where: calls) { return .fine("\(place.path) calls it\(last)") }
            let line = "0 6 * * * lora retrain-check --registry \(layout.root.path)"
            return .advice(
                "nothing is found that calls `lora retrain-check`\(last)",
                mend: "(crontab -l 2>/dev/null; echo '\(line)') | crontab -")
        }
    }

    /// When all adapters were checked last.
    private var last: String {
        guard let facts = try? FileManager.default.attributesOfItem(atPath: layout.lastCheck.path),
            let date = facts[.modificationDate] as? Date
        else { return "" }
        return "; last run \(Timestamp(secondsSinceEpoch: Int(date.timeIntervalSince1970)))"
    }

    private var places: [URL] {
        let own = environment["HOME"].map { [URL(filePath: $0).appending(path: ".config/systemd/user")] } ?? []
        let folders = Self.folders.map { URL(filePath: $0) } + own
        return Self.tables.map { URL(filePath: $0) } + folders.flatMap(files)
    }

    /// Folders that are not ours to read hold nothing that we could find.
    private func files(in folder: URL) -> [URL] {
        guard access(folder.path, R_OK | X_OK) == 0, let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        else { return [] }
        return names.sorted().map { folder.appending(path: $0) }
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
