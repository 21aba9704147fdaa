import Adapters
import Digests
import Endpoints
import Foundation
import HTTP
import Metrics
import Registry
import StrictJSON
import Training

/// A model behind a server that takes the base's place where its error is measured.
public struct EndpointChoice: Sendable {
    public let endpoint: Endpoint
    public let http: HTTPSettings
    /// Questions under way at the same time.
    public let concurrency: Int

    public init(_ endpoint: Endpoint, http: HTTPSettings, concurrency: Int) {
        (self.endpoint, self.http, self.concurrency) = (endpoint, http, concurrency)
    }
}

/// Puts the held-out rows of a task to a model behind a server and keeps what it measured as evidence, as `Examiner` does with a base.
struct EndpointExaminer {
    private let declaration: AdapterDeclaration
    private let workspace: Workspace
    private let choice: EndpointChoice
    private let progress: Examiner.Progress

    init(
        _ declaration: AdapterDeclaration, in workspace: Workspace, _ choice: EndpointChoice,
        progress: @escaping Examiner.Progress
    ) {
        (self.declaration, self.workspace, self.choice, self.progress) = (declaration, workspace, choice, progress)
    }

    /// - Parameter isFresh: whether a measurement of that moment is used again.
    func score(isFresh: (Timestamp) -> Bool, now: Timestamp) throws -> (score: HeldOutScore, isReused: Bool) {
        let heldOut = workspace.layout.resolve(declaration.data.heldOut)
        let served = try ServedEvaluation(
            DataFile(contentsOf: heldOut), metric: declaration.metric, labels: declaration.labels)
        let conditions = try conditions(served, heldOut: ContentDigest(ofFile: heldOut))
        let text = conditions.text()
        let key = RecordedMeasurement.Key(
            kind: "endpoint_error", subject: ContentDigest(of: Array(text.utf8)), conditions: conditions)
        if let known = try workspace.registry.measurement(key, notAfter: now).flatMap(HeldOutScore.init),
            isFresh(known.measuredAt)
        {
            return (known, true)
        }
        let questions = served.questions.map { EndpointQuestion($0.prompt, served) }
        guard let first = questions.first else { throw TaskError.noRows(declaration.name) }
        let measuring = EndpointMeasuring(choice.endpoint, http: choice.http, concurrency: choice.concurrency)
        let form = try measuring.form(for: first)
        try progress(choice.endpoint.model, 0, questions.count)
        let book = workspace.layout.state.appending(path: "endpoints/\(key.subject.hex).jsonl")
        let score = try measuring.run(
            questions, as: form, book: book, conditions: ["form": .string(form.rawValue), "conditions": conditions]
        ) { done in
            try progress(choice.endpoint.model, done, questions.count)
        } finish: { answers in
            let scored = try served.scored(
                answers.map { $0.refusal == nil ? $0.text : nil }, scorer: ExternalScorer(in: workspace.layout.root)
            ) { try progress(choice.endpoint.model, questions.count, questions.count) }
            let score = HeldOutScore(scored, Self.endings(of: answers), at: now)
            try workspace.registry.record(
                RecordedMeasurement(key: key, adapter: declaration.name, result: score.json, at: now))
            return score
        }
        return (score, false)
    }

    /// Nil unless the server told of each answer how it ended.
    private static func endings(of answers: [EndpointAnswer]) -> [AnswerEnding]? {
        let endings = answers.compactMap { answer in
            answer.isStopped.flatMap { isStopped in
                answer.tokens.map { AnswerEnding(tokens: $0, isStopped: isStopped) }
            }
        }
        return endings.count == answers.count ? endings : nil
    }

    private func conditions(_ served: ServedEvaluation, heldOut: ContentDigest) throws -> JSONValue {
        var object = JSONObject([
            ("endpoint", .string(choice.endpoint.url.absoluteString)), ("model", .string(choice.endpoint.model)),
            ("held_out", .string("\(heldOut)")), ("metric", served.metric.json),
            ("labels", .array(served.labels.map { .string($0) })),
            ("instruction", served.instruction.map { .string($0) } ?? .null),
        ])
        if let scorer = try declaration.metric.scorerFiles(in: workspace.layout) { object["scorer"] = scorer }
        return .object(object)
    }
}

extension EndpointQuestion {
    fileprivate init(_ prompt: ServedEvaluation.Prompt, _ served: ServedEvaluation) {
        let own: Prompt =
            switch prompt {
            case .messages(let messages): .messages(messages)
            case .text(let text): .text(text)
            }
        self.init(own, instruction: served.instruction, longestAnswer: served.longestAnswer)
    }
}
