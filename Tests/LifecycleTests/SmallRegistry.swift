import Adapters
import Foundation
import Lifecycle
import Registry
import TestSupport
import Testing
import Training

/// A registry with one adapter over a tiny base: everything that the main job needs, in a folder of its own.
struct SmallRegistry {
    static let actor = Actor(name: "Ada", email: "ada@example.org")

    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let manager = FileManager.default
        let parts = ["registry": Fixture.root.appending(path: "shell/registry"), "policies": Fixture.policies]
        for (name, part) in parts { try manager.copyItem(at: part, to: folder.url.appending(path: name)) }
        try manager.copyItem(at: Fixture.golden("tiny-llama"), to: folder.url.appending(path: "model"))
        _ = try open().addBase("tiny", folder: folder.url.appending(path: "model"), revision: nil, replaces: false)
    }

    /// Measures what is in use, and its base.
    func evaluate() throws -> EvaluateAdapter.Outcome {
        try EvaluateAdapter(in: open(), workingFolder: folder.url)
            .run("greeter", now: Self.moment(90), progress: { _, _, _ in })
    }

    func changeDeclaration(_ change: (String) -> String) throws {
        let file = folder.url.appending(path: "registry/adapters/greeter.yaml")
        try change(String(contentsOf: file, encoding: .utf8)).write(to: file, atomically: true, encoding: .utf8)
    }

    /// Adds rows to the training data.
    func addRows(_ rows: [String]) throws {
        let file = folder.url.appending(path: "registry/data/train.jsonl")
        let text = try String(contentsOf: file, encoding: .utf8)
        try (text + rows.map { $0 + "\n" }.joined()).write(to: file, atomically: true, encoding: .utf8)
    }

    var state: URL { folder.url.appending(path: "registry/.state") }

    /// A plain file in the place of a run's checkpoints: the next one cannot be saved. Those that were saved lie aside.
    func blockCheckpoints(ofRun run: Int) {
        let folder = state.appending(path: "staging/greeter/run-\(run)/checkpoints")
        #expect(rename(folder.path, folder.path + ".aside") == 0)
        #expect(FileManager.default.createFile(atPath: folder.path, contents: nil))
    }

    /// Undoes `blockCheckpoints`.
    func unblockCheckpoints(ofRun run: Int) {
        let folder = state.appending(path: "staging/greeter/run-\(run)/checkpoints")
        #expect(unlink(folder.path) == 0)
        #expect(rename(folder.path + ".aside", folder.path) == 0)
    }

    static func moment(_ second: Int) -> Timestamp { Timestamp(secondsSinceEpoch: 1_780_000_000 + second) }

    func open() throws -> Workspace {
        let location = RegistryLocation(layout: RegistryLayout(root: folder.url.appending(path: "registry")), origin: .option)
        return try Workspace.open(location, on: Occasion(actor: Self.actor, at: Self.moment(0), reason: "test"))
    }

    /// Trains the adapter; stops once `steps` are done, when given.
    func train(
        stoppingAfter steps: Int? = nil, options: TrainingOptions = TrainingOptions(), policy: PolicyChoice? = nil,
        escalates: Bool = false, observe: @escaping (TrainAdapter.Event) -> Void = { _ in }
    ) throws -> TrainAdapter.Outcome {
        let request = TrainAdapter.Request(
            adapter: "greeter", options: options, policy: policy, startsAnew: false, escalates: escalates)
        let training = try TrainAdapter(request, in: try open(), workingFolder: folder.url)
        var done = 0
        return try training.run(
            by: Self.actor, clock: { Self.moment(60) }, shouldStop: { steps.map { done >= $0 } ?? false },
            observe: { event in
                if case .training(.step(let report)) = event { done = report.step }
                observe(event)
            })
    }

    /// A policy that extends the default with these lines.
    func policy(_ lines: String) throws -> PolicyChoice {
        let file = folder.url.appending(path: "policies/mine.yaml")
        let text = "schema: lora.policy/1\nextends: default\nname: mine\nsummary: Mine.\n" + lines
        try Data(text.utf8).write(to: file)
        return PolicyChoice("mine", file: file)
    }
}
