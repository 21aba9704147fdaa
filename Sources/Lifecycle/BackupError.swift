import Archives
import Faults

/// Why a registry cannot be backed up or restored.
public enum BackupError: Error, Hashable {
    case exists(path: String)
    case withinRegistry(path: String)
    /// A file became another while it was read.
    case changed(path: String)
    /// An archive that is none of ours, or of which something is missing.
    case notABackup(path: String, missing: String)
    /// An entry that is not what the archive's own list says, or that the list does not name.
    case badEntry(String, path: String)
    case twice(String, path: String)
    case notReadable(TarError, path: String)
    case targetNotEmpty(path: String)
}

extension BackupError: Explained {
    public var explanation: Explanation {
        switch self {
        case .exists(let path):
            Explanation(
                "There is something of that name already.", at: path,
                next: "Choose another name, one with the date say; older backups are never overwritten.", kind: .usage)
        case .withinRegistry(let path):
            Explanation(
                "It would lie in the registry that it is a backup of, and in every later backup too.", at: path,
                next: "Choose a place outside, on another disk best.", kind: .usage)
        case .changed(let path):
            Explanation(
                "It changed while it was read; no backup was made.", at: path, next: "Run the command again.", kind: .busy)
        case .notABackup(let path, let missing):
            Explanation(
                "It is no backup of a registry, or not a whole one: it has no \(missing).", at: path,
                next: "Name a file that `lora backup` wrote.", kind: .integrity)
        case .badEntry(let entry, let path):
            Explanation(
                "\(entry.debugDescription) is not what was backed up; nothing was restored.", at: path,
                next: "Take another copy of the backup. `tar -xf` unpacks what there is of this one.", kind: .integrity)
        case .twice(let entry, let path):
            Explanation(
                "\(entry.debugDescription) stands in it twice; nothing was restored.", at: path,
                next: "Take another copy of the backup.", kind: .integrity)
        case .notReadable(let error, let path):
            Explanation(
                "\(error.explanation.what) Nothing was restored.", at: path, next: error.explanation.next, kind: .integrity)
        case .targetNotEmpty(let path):
            Explanation(
                "Something is there already, and it is no empty folder.", at: path,
                next: "Name a new folder; a restored registry never mixes with what is there.", kind: .usage)
        }
    }
}
