import Adapters
import Foundation
import Registry
import StrictYAML
import TestSupport
import Testing

@Suite struct LayoutTests {
    let folder: TemporaryFolder
    var root: URL { folder.url.appending(path: "registry") }

    init() throws { folder = try TemporaryFolder() }

    @Test func aNewRegistryCanBeOpened() throws {
        try RegistryLayout.initialize(at: root)
        let registry = try Sample.open(RegistryLayout(root: root))
        #expect(try registry.declarations().isEmpty)
        #expect(try registry.bases().isEmpty)
        #expect(try registry.recordedAdapters().isEmpty)
        #expect(try String(contentsOf: root.appending(path: ".gitignore"), encoding: .utf8) == ".state/\n")
    }

    @Test func layingOutKeepsWhatIsThere() throws {
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        try Data("mine\n".utf8).write(to: root.appending(path: ".gitignore"))
        try Data("# mine\nformat: 1\n".utf8).write(to: root.appending(path: "registry.yaml"))
        #expect(try RegistryLayout.initialize(at: root).map(\.lastPathComponent) == ["adapters", "bases", "data"])
        #expect(try String(contentsOf: root.appending(path: ".gitignore"), encoding: .utf8) == "mine\n")
        #expect(try String(contentsOf: root.appending(path: "registry.yaml"), encoding: .utf8) == "# mine\nformat: 1\n")
        #expect(try RegistryLayout.initialize(at: root).isEmpty, "a second time creates nothing")
    }

    @Test func aFolderWithoutTheMarkerIsNoRegistry() throws {
        #expect(throws: RegistryError.notARegistry(path: root.path)) { try Sample.open(RegistryLayout(root: root)) }
    }

    @Test func aLaterFormatIsLeftAlone() throws {
        try RegistryLayout.initialize(at: root)
        let marker = root.appending(path: "registry.yaml")
        try Data("format: 2\n".utf8).write(to: marker)
        let error = RegistryError.newerFormat(path: marker.path, found: 2, known: 1)
        #expect(throws: error) { try Sample.open(RegistryLayout(root: root)) }
        #expect(throws: error) { try RegistryLayout.initialize(at: root) }
        #expect(!FileManager.default.fileExists(atPath: root.appending(path: ".state").path))
    }

    @Test func aMistypedMarkerSaysWhere() throws {
        try RegistryLayout.initialize(at: root)
        try Data("fromat: 1\n".utf8).write(to: root.appending(path: "registry.yaml"))
        #expect(throws: YAMLError.self) { try Sample.open(RegistryLayout(root: root)) }
    }
}

@Suite struct LocationTests {
    let folder: TemporaryFolder
    init() throws {
        folder = try TemporaryFolder()
        for name in ["project/registry", "other", "elsewhere/registry"] {
            try RegistryLayout.initialize(at: folder.url.appending(path: name))
        }
    }

    private func find(_ option: String? = nil, _ environment: [String: String] = [:], from working: String) -> RegistryLocation {
        RegistryLocation.find(option: option, environment: environment, workingFolder: folder.url.appending(path: working))
    }

    private func location(_ path: String, _ origin: RegistryLocation.Origin) -> RegistryLocation {
        RegistryLocation(layout: RegistryLayout(root: folder.url.appending(path: path)), origin: origin)
    }

    @Test func theOptionComesFirstThenTheVariableThenTheNearestThenTheUsers() {
        let other = folder.url.appending(path: "other").path
        let environment = ["LORA_REGISTRY": other, "XDG_DATA_HOME": folder.url.appending(path: "data").path]
        #expect(find("../elsewhere/registry", environment, from: "project") == location("elsewhere/registry", .option))
        #expect(find(nil, environment, from: "project") == location("other", .environment))
        #expect(find(nil, ["XDG_DATA_HOME": "/x"], from: "project/deep/er") == location("project/registry", .nearest))
        #expect(
            find(nil, environment.filter { $0.key != "LORA_REGISTRY" }, from: "nowhere") == location("data/lora/registry", .user))
    }

    @Test func aFolderInsideARegistryBelongsToIt() {
        #expect(find(from: "project/registry/adapters") == location("project/registry", .nearest))
    }

    @Test func theOptionMayNameTheFolderThatHoldsTheRegistry() {
        #expect(find("../project", from: "other") == location("project/registry", .option))
        #expect(find("../missing", from: "other") == location("missing", .option))
    }

    @Test func emptyVariablesAndRelativeDataFoldersDoNotCount() {
        let home = ["HOME": "/home/ada", "XDG_DATA_HOME": "relative", "LORA_REGISTRY": ""]
        let expected = RegistryLayout(root: URL(filePath: "/home/ada/.local/share/lora/registry"))
        #expect(find("", home, from: "nowhere") == RegistryLocation(layout: expected, origin: .user))
    }
}
