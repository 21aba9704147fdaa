import Adapters
import Faults

/// Why a registry cannot be opened or its index not be used.
public enum RegistryError: Error, Hashable {
    case notARegistry(path: String)
    case newerFormat(path: String, found: Int, known: Int)
    case unknownFormat(path: String, found: Int)
    case newerSchema(path: String)
    /// The registry can only be read, and what was asked would change it.
    case readOnly(path: String)
    /// Its state is closed to this user; `owner` made it.
    case closed(path: String, owner: String)
    /// Git holds no version, and the index is all that still tells of some.
    case nothingToRebuildFrom(path: String, versions: Int)
    case databaseBusy(path: String)
    case corruptDatabase(path: String, message: String)
    case database(path: String, message: String)
    /// The change is in git, and nothing but the index lacks it; why.
    case onlyInJournal(AdapterName, Explanation)
}

/// Why declared files cannot be meant.
public enum DeclarationError: Error, Hashable {
    case unknownAdapter(String, nearest: String?)
    case unknownBase(String, nearest: String?)
    /// The name within a declaration is not that of its file.
    case misnamedFile(place: String, declared: String)
    /// Two declarations whose names differ in nothing but case.
    case namesClash(String, String)
    case baseExists(BaseName)
    case adapterExists(AdapterName)
    /// A folder without a `config.json`.
    case noModel(path: String)
    /// A folder without a `tokenizer.json`.
    case noTokenizer(path: String)
    case notAFile(path: String)
    /// A value of a declaration that cannot be meant, at `file:line:key`.
    case badValue(place: String, what: String, next: String)
}

/// Why a version or an alias cannot be found or moved.
public enum VersionIndexError: Error, Hashable {
    case unknownVersion(VersionID, latest: VersionID?)
    case noVersions(AdapterName)
    case aliasUnset(AdapterName, AliasName, known: [AliasName])
    case outOfOrder(VersionID, expected: VersionID)
    case nothingToRollBackTo(AdapterName)
    /// The version's large files were given up; the event says by whom and why.
    case pruned(VersionID, RegistryEvent)
}

/// Why an alias cannot be set or taken away by hand.
public enum AliasError: Error, Hashable {
    /// It follows from what happens.
    case kept(AliasName)
    /// The adapter has one that differs in nothing but case.
    case clash(AliasName, AliasName)
}

/// Why a run cannot begin, go on or end.
public enum RunError: Error, Hashable {
    case unknown(RunID)
    case over(RunID, Run.State)
    case cannotResume(RunID, Run.State)
    /// Somebody else works on the adapter; `holder` is what they wrote into the lease.
    case leaseHeld(AdapterName, holder: String)
    /// Somebody else carries maintenance out.
    case maintenanceHeld(holder: String)
}
