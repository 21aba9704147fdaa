import Testing

@testable import Lifecycle

@Suite("Versions that another is held against")
struct KnownProbesTests {
    @Test("those without probes count among the ones that are looked at")
    func limit() throws {
        let registry = try SmallRegistry()
        let trained = try registry.train()
        let workspace = try registry.open()
        _ = try registry.write(in: workspace)
        let last = try registry.write(in: workspace)
        func others(_ limit: Int) throws -> [Int] {
            try KnownProbes(workspace, othersLimit: limit).others(than: last, everywhere: false).map(\.0.number)
        }
        #expect(try others(2) == [1] && others(1).isEmpty)
        _ = trained
    }
}
