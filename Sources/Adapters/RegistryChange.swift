import Foundation
import StrictJSON

/// One thing written down about an adapter. The index is the sum of all of them.
public enum RegistryChange: Sendable, Hashable {
    case runBegan(RunID, RunStart)
    /// It goes on where it was stopped.
    case runResumed(RunID)
    case runEnded(RunID, Run.End)
    case versionListed(PublishedVersion)
    case happened(RegistryEvent)
    /// Numbers of measurements and decisions count from 1 within their adapter.
    case measured(Int, RecordedMeasurement)
    case decided(Int, Decision)
}

extension RegistryChange {
    /// In a few words, as a log shows it.
    public var summary: String {
        switch self {
        case .runBegan(let run, _): "\(run) began"
        case .runResumed(let run): "\(run) goes on"
        case .runEnded(let run, let end): "\(run) ended: \(end.outcome.reason ?? end.outcome.state.rawValue)"
        case .versionListed(let published): "\(published.version) is listed"
        case .happened(let event): (event.version.map { "\($0) " } ?? "") + "\(event.deed): \(event.reason)"
        case .measured(_, let measurement): "measured \(measurement.key.kind.replacing("_", with: " "))"
        case .decided(_, let decision): "\(decision.question.rawValue.replacing("_", with: " ")): \(decision.answer)"
        }
    }

    /// Who did it, where a person is known.
    public var actor: Actor? { if case .happened(let event) = self { event.actor } else { nil } }

    /// When; nil where only the order is known.
    public var at: Timestamp? {
        switch self {
        case .runBegan(_, let start): start.at
        case .runResumed: nil
        case .runEnded(_, let end): end.at
        case .versionListed(let published): published.at
        case .happened(let event): event.at
        case .measured(_, let measurement): measurement.at
        case .decided(_, let decision): decision.at
        }
    }
}
