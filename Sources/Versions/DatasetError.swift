import Adapters

/// Why a data set cannot be stored or read.
public enum DatasetError: Error, Hashable {
    /// No data set that git holds is called so.
    case unknown(DatasetAbbreviation)
    /// The digits that were typed are those of several.
    case ambiguous(DatasetAbbreviation, [DatasetID])
    /// It was adopted, and nobody said what it was trained on.
    case unknownOrigin(VersionID)
    /// Git does not hold it; versions from before data sets were stored name such.
    case notStored(DatasetID)
    /// A version was released with it, and now git does not hold it.
    case lost(DatasetID, VersionID)
    /// Digests alone are stored, as its adapter's declaration asks.
    case rowsNotKept(DatasetID, sources: [String])
    /// A file is not what was read when the data set got its name.
    case changed(DatasetID, path: String)
    case damaged(DatasetID, VersionFault)
}
