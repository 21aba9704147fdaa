import Adapters
import Endpoints
import Foundation
import HTTP
import Registry
import StrictJSON
import Training

/// Finds out whether a server answers as a version does: replays its golden probes there.
public struct VerifyEndpoint {
    public struct Request: Sendable {
        /// `name`, `name@v3` or `name@alias`; a bare name means production, else the latest version.
        public let version: String
        public let endpoint: Endpoint
        public let http: HTTPSettings
        /// How far log-probabilities may lie apart, in nats per token.
        public let tolerance: Double
        /// For one answer.
        public let patience: Duration

        public init(
            version: String, endpoint: Endpoint, http: HTTPSettings, tolerance: Double = VerifyEndpoint.tolerance,
            patience: Duration = .seconds(VerifyEndpoint.patience)
        ) {
            (self.version, self.endpoint, self.http) = (version, endpoint, http)
            (self.tolerance, self.patience) = (tolerance, patience)
        }
    }

    /// Above what another order of summing or 16-bit floats make of a likely token, and below what fewer bits of weight do.
    public static let tolerance = 0.01
    /// Seconds: a server may have to load the adapter first.
    public static let patience = 120

    private let workspace: Workspace

    public init(in workspace: Workspace) { self.workspace = workspace }

    public func run(_ request: Request, progress: @escaping Examiner.Progress) throws -> EndpointVerification {
        let record = try workspace.version(request.version)
        let known = KnownProbes(workspace)
        let kept = try known.probes(of: record.version)
        let golden = try kept ?? known.made(for: record.published, progress: progress)
        guard !golden.probes.isEmpty else { throw ProbeError.none(record.version) }
        let replaying = try EndpointReplay(request.endpoint, http: request.http, patience: request.patience)
        let replies = try replies(golden.probes, replaying, request, progress)
        var diagnosis = replies.diagnosis
        let nearest = try nearest(record.version, replies, diagnosis, golden, request, known)
        if nearest != nil { diagnosis = .anotherAdapter }
        return EndpointVerification(
            version: record.version, endpoint: request.endpoint, tolerance: request.tolerance, golden: golden,
            wasKept: kept != nil, replies: replies, diagnosis: diagnosis, nearest: nearest)
    }

    private func replies(
        _ probes: [GoldenProbe], _ replaying: EndpointReplay, _ request: Request, _ progress: Examiner.Progress
    ) throws -> DiagnosedReplies {
        let model = request.endpoint.model
        try progress(model, 0, probes.count)
        var usual: [EndpointReply] = []
        for probe in probes {
            usual.append(try replaying.answer(to: probe.prompt.usualQuestion, as: probe.prompt.usualForm))
            try progress(model, usual.count, probes.count)
        }
        let replayed = ReplayedProbes(probes, usual, tolerance: request.tolerance)
        guard !DiagnosedReplies.isSettled(replayed, probes) else {
            return DiagnosedReplies(usual: replayed, tokens: nil, text: nil, probes: probes)
        }
        func raw(_ subject: String, _ question: (ProbePrompt) -> EndpointQuestion.Prompt) throws -> ReplayedProbes? {
            var replies: [EndpointReply] = []
            for probe in probes {
                let question = EndpointQuestion(asking: question(probe.prompt))
                guard let reply = try replaying.answerIfTaken(to: question, as: .completions) else { return nil }
                replies.append(reply)
                try progress("\(model), \(subject)", replies.count, probes.count)
            }
            return ReplayedProbes(probes, replies, tolerance: request.tolerance)
        }
        let tokens = try raw("by token ids") { .tokens($0.ids) }
        let text = probes.asksByChat ? try raw("by rendered prompts") { .text($0.rendered) } : nil
        return DiagnosedReplies(usual: replayed, tokens: tokens, text: text, probes: probes)
    }

    /// The version of the registry that explains the replies clearly better than the one that should answer; nil without any.
    private func nearest(
        _ version: VersionID, _ replies: DiagnosedReplies, _ diagnosis: EndpointDiagnosis, _ golden: GoldenProbes,
        _ request: Request, _ known: KnownProbes
    ) throws -> VersionID? {
        guard [.right, .anotherAdapter, .mixed, .numericallyOff].contains(diagnosis) else { return nil }
        // past a template that may differ, where the server lets itself be asked so
        let seen = replies.tokens ?? replies.usual
        var best: (version: VersionID, replayed: ReplayedProbes)?
        for (other, probes) in try known.others(than: version, everywhere: diagnosis == .anotherAdapter) {
            let shared = SharedProbes(golden.probes, probes.probes, seen)
            guard 2 * shared.count >= golden.probes.count else { continue }
            let (own, theirs) = shared.replayed(tolerance: request.tolerance)
            guard own.isExplainedBetter(by: theirs), best.map({ $0.replayed.isExplainedBetter(by: theirs) }) ?? true else {
                continue
            }
            best = (other, theirs)
        }
        return best?.version
    }
}

/// The probes of two versions that ask the same, with the replies to them.
private struct SharedProbes {
    private var (own, others): ([GoldenProbe], [GoldenProbe]) = ([], [])
    private var replies: [EndpointReply] = []
    var count: Int { replies.count }

    init(_ own: [GoldenProbe], _ others: [GoldenProbe], _ seen: ReplayedProbes) {
        let byPrompt = Dictionary(others.map { ($0.prompt.ids, $0) }, uniquingKeysWith: { first, _ in first })
        for (probe, comparison) in zip(own, seen.comparisons) {
            guard let other = byPrompt[probe.prompt.ids] else { continue }
            self.own.append(probe)
            self.others.append(other)
            replies.append(comparison.reply)
        }
    }

    func replayed(tolerance: Double) -> (own: ReplayedProbes, others: ReplayedProbes) {
        (ReplayedProbes(own, replies, tolerance: tolerance), ReplayedProbes(others, replies, tolerance: tolerance))
    }
}

extension ProbePrompt {
    fileprivate var usualForm: Endpoint.Form {
        switch question {
        case .messages: .chat
        case .text: .completions
        }
    }

    fileprivate var usualQuestion: EndpointQuestion {
        switch question {
        case .text(let text): return EndpointQuestion(asking: .text(text))
        case .messages(let messages, let variables):
            var question = EndpointQuestion(asking: .messages(messages))
            question.templateVariables = variables
            return question
        }
    }
}

extension EndpointQuestion {
    fileprivate init(asking prompt: Prompt) {
        self.init(prompt, longestAnswer: GoldenProbes.room)
        asksForLogProbabilities = true
    }
}
