import Adapters
import Endpoints
import Foundation
import HTTP
import Llama
import Registry
import StrictJSON
import TestServers
import TestSupport
import Training

@testable import Lifecycle

/// A registry with `greeter@v1` and a v2 that was trained longer, and both checked out.
struct TrainedVersions: Sendable {
    let registry: SmallRegistry
    let versions: [URL]

    init(asChat: Bool) throws {
        registry = try SmallRegistry()
        if asChat { try Self.turnRowsIntoChats(registry) }
        var longer = TrainingOptions()
        (longer.seed, longer.learningRate, longer.maxSteps) = (7, 0.02, 60)
        for options in [TrainingOptions(), longer] {
            guard case .admitted = try registry.train(options: options) else { throw NotAdmitted() }
        }
        var folders: [URL] = []
        for number in 1...2 {
            let folder = registry.folder.url.appending(path: "v\(number)")
            try registry.open().versions.checkOut(VersionID(SmallRegistry.greeter, number), to: folder)
            folders.append(folder)
        }
        versions = folders
    }

    struct NotAdmitted: Error {}

    private static func turnRowsIntoChats(_ registry: SmallRegistry) throws {
        for name in ["train", "held_out"] {
            let file = registry.folder.url.appending(path: "registry/data/\(name).jsonl")
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
                let row = try JSONValue(parsing: Data(line.utf8))
                let chat: JSONValue = [
                    "messages": [
                        ["role": "user", "content": row["prompt"] ?? .null],
                        ["role": "assistant", "content": row["completion"] ?? .null],
                    ]
                ]
                return chat.text()
            }
            try Data(lines.joined(separator: "\n").utf8).write(to: file)
        }
    }

    func server(_ adapter: URL?, precision: BasePrecision = .nf4, base: URL? = nil) throws -> ServedTinyModel {
        try ServedTinyModel(
            folder: base ?? registry.folder.url.appending(path: "model"), precision: precision, adapter: adapter)
    }

    func verify(
        _ server: LoopbackServer, _ version: String = "greeter@v1", model: String = "greeter"
    ) throws -> EndpointVerification {
        try Self.verify(registry, server, version, model: model)
    }

    static func verify(
        _ registry: SmallRegistry, _ server: LoopbackServer, _ version: String, model: String = "greeter"
    ) throws -> EndpointVerification {
        var http = HTTPSettings()
        http.pause = { _ in }
        let request = VerifyEndpoint.Request(
            version: version, endpoint: try Endpoint("\(server.url)", model: model, key: nil), http: http)
        return try VerifyEndpoint(in: registry.open()).run(request, progress: { _, _, _ in })
    }
}
