import Adapters
import Registry

/// What the index knows of the versions that maintenance looks at: of each adapter the one that is judged and the one that serves.
struct RecordedReleases {
    private let releases: [AdapterName: AdapterReleases]
    private let glances: [VersionID: VersionGlance]

    /// - Parameter adapter: only this one; nil for all.
    init(of adapter: AdapterName?, in registry: AdapterRegistry) throws {
        releases = try registry.releases(of: adapter)
        glances = try registry.glances(at: Set(releases.values.flatMap { [$0.judged, $0.production].compactMap(\.self) }))
    }

    func judged(of adapter: AdapterName) -> VersionGlance? { releases[adapter]?.judged.flatMap { glances[$0] } }

    func production(of adapter: AdapterName) -> VersionGlance? { releases[adapter]?.production.flatMap { glances[$0] } }
}

extension AdapterReleases {
    /// What is judged, which differs from what serves while a later version waits for its promotion; one that was in production and was
    /// rolled back waits for nothing.
    fileprivate var judged: VersionID? {
        guard let production else { return versions.last }
        return versions.last { $0 > production && !promoted.contains($0) } ?? production
    }
}
