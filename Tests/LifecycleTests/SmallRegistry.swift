import Adapters
import Foundation
import Lifecycle
import Registry
import TestSupport
import Training

/// A registry with one adapter over a tiny base: everything that the main job needs, in a folder of its own.
struct SmallRegistry {
    static let actor = Actor(name: "Ada", email: "ada@example.org")

    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let manager = FileManager.default
        for name in ["registry", "policies"] {
            try manager.copyItem(at: Fixture.root.appending(path: "shell/\(name)"), to: folder.url.appending(path: name))
        }
        try manager.copyItem(at: Fixture.golden("tiny-llama"), to: folder.url.appending(path: "model"))
        _ = try open().addBase("tiny", folder: folder.url.appending(path: "model"), revision: nil, replaces: false)
    }

    static func moment(_ second: Int) -> Timestamp { Timestamp(secondsSinceEpoch: 1_780_000_000 + second) }

    func open() throws -> Workspace {
        let location = RegistryLocation(layout: RegistryLayout(root: folder.url.appending(path: "registry")), origin: .option)
        return try Workspace.open(location, on: Occasion(actor: Self.actor, at: Self.moment(0), reason: "test"))
    }

    /// Trains the adapter; stops once `steps` are done, when given.
    func train(stoppingAfter steps: Int? = nil, options: TrainingOptions = TrainingOptions()) throws -> TrainAdapter.Outcome {
        let request = TrainAdapter.Request(adapter: "greeter", options: options, policy: nil, startsAnew: false)
        let training = try TrainAdapter(request, in: try open(), workingFolder: folder.url)
        var done = 0
        return try training.run(
            by: Self.actor, clock: { Self.moment(60) }, shouldStop: { steps.map { done >= $0 } ?? false },
            observe: { event in
                if case .training(.step(let report)) = event { done = report.step }
            })
    }
}
