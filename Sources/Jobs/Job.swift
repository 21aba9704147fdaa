import Adapters
import StrictJSON

/// A verb that runs, or ran, as a process of its own, as the record beside its output tells.
public struct Job: Sendable, Hashable {
    /// How a job ended by itself.
    public struct Ending: Sendable, Hashable {
        public let at: Timestamp
        public let status: Int32
    }

    public enum State: Sendable, Hashable {
        case running
        case ended(Ending)
        /// Its process is gone without having said how it ended: killed, or the machine went down.
        case lost
    }

    public let number: Int
    /// The verb, word by word.
    public let words: [String]
    public let folder: String
    public let began: Timestamp
    let process: ProcessIdentity
    var ending: Ending?
}

extension Job {
    var record: JSONValue {
        let (status, ended): (JSONValue, JSONValue) =
            ending.map { (.integer(Int($0.status)), .string("\($0.at)")) } ?? (.null, .null)
        return [
            "format": 1, "number": .integer(number), "words": .array(words.map(JSONValue.string)), "folder": .string(folder),
            "began": .string("\(began)"), "pid": .integer(Int(process.pid)), "pid_start": .string(process.start), "ended": ended,
            "status": status,
        ]
    }

    /// Nil when it is no record of a job.
    init?(record: JSONValue) {
        guard record["format"]?.intValue == 1, let number = record["number"]?.intValue, number > 0,
            let words = record["words"]?.arrayValue?.compactMap(\.stringValue), let folder = record["folder"]?.stringValue,
            let began = record["began"]?.stringValue.flatMap(Timestamp.init),
            let pid = record["pid"]?.intValue.flatMap(Int32.init),
            // 0 and -1 would signal whole groups
            pid > 1, let start = record["pid_start"]?.stringValue
        else { return nil }
        let ended = record["ended"]?.stringValue.flatMap(Timestamp.init)
        let status = record["status"]?.intValue.flatMap(Int32.init)
        self.init(
            number: number, words: words, folder: folder, began: began, process: ProcessIdentity(pid: pid, start: start),
            ending: ended.flatMap { ended in status.map { Ending(at: ended, status: $0) } })
    }
}
