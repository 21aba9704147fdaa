import Adapters
import Registry
import Versions

extension Workspace {
    /// Makes a version the one in production; the one before it becomes `previous`.
    ///
    /// - Parameter text: `name@v3` or `name@alias`; a bare name means its candidate.
    /// - Returns: the event, or nil when the version was in production already.
    public func promote(_ text: String, on occasion: Occasion) throws -> (version: VersionID, event: RegistryEvent?) {
        let reference = try VersionReference(text)
        try requireKnown(reference.adapter)
        let meant = VersionReference(reference.adapter, reference.selector ?? .alias(.candidate))
        let version = try registry.resolve(meant)
        try requireSound(version)
        return (version, try registry.promote(version, on: occasion))
    }

    /// Brings back the version that was in production before. History keeps both moves.
    public func rollBack(_ adapter: String, on occasion: Occasion) throws -> RegistryEvent {
        let name = try AdapterName(adapter)
        try requireKnown(name)
        try registry.rollbackTarget(of: name).map(requireSound)
        return try registry.rollBack(name, on: occasion)
    }

    /// What goes into production must be what was released, to the byte.
    ///
    /// - Throws: `VersionError.lost` or `.damaged`.
    func requireSound(_ version: VersionID) throws {
        if let fault = try faults(of: registry.version(version)).first { throw VersionError.damaged(version, fault) }
    }

    /// The files of a version that are not what was released.
    ///
    /// - Throws: `VersionError.lost` when git does not hold what the index lists.
    func faults(of record: VersionRecord) throws -> [VersionFault] {
        let version = record.version
        guard try versions.commit(of: version) == record.published.commit else { throw VersionError.lost(version) }
        return try versions.verify(version)
    }
}
