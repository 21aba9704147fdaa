import Adapters

/// What a change of the base asks of an adapter; the graver later.
public enum BaseAction: String, Sendable, Hashable, CaseIterable, Comparable {
    case nothing
    /// Its records and its check suite are looked at again.
    case reVerify = "re-verify"
    /// Its error is measured again.
    case reEvaluate = "re-evaluate"
    /// In its window.
    case retrain
    /// To another base.
    case migrate
    /// At once.
    case breaking

    public static func < (first: BaseAction, second: BaseAction) -> Bool { first.rank < second.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// The action, and the changes that ask for it.
public struct BaseResponse: Sendable, Hashable {
    public let action: BaseAction
    /// What it takes in the end; another than `action` where that is breaking.
    public let remedy: BaseAction
    /// Those that ask for the action.
    public let because: [BaseChange]
}

extension Policy {
    /// What the changes of a base ask of an adapter on it: the gravest of what each asks.
    ///
    /// A policy that ignores a change still has the adapter looked at again, unless nothing is computed by what changed; one that reacts
    /// in the window asks for what such a change takes; one for which it is breaking asks at once.
    ///
    /// - Parameter isFloating: whether the base is named by something that can come to mean other bytes.
    public func response(to changes: Set<BaseChange>, isFloating: Bool) -> BaseResponse {
        let asked = changes.inOrder.map { change in
            (change: change, action: action(on: change, isFloating: isFloating))
        }
        guard let gravest = asked.map(\.action).max(), gravest != .nothing else {
            return BaseResponse(action: .nothing, remedy: .nothing, because: [])
        }
        let because = asked.filter { $0.action == gravest }.map(\.change)
        let remedy = gravest == .breaking ? because.map(\.remedy).max() ?? gravest : gravest
        return BaseResponse(action: gravest, remedy: remedy, because: because)
    }

    private func action(on change: BaseChange, isFloating: Bool) -> BaseAction {
        switch (retraining.reactions[change] ?? .inWindow).settled(isFloating: isFloating) {
        case .ignore: change == .cosmetic ? .nothing : .reVerify
        case .breaking: .breaking
        case .inWindow, .breakingWhenFloating: max(change.remedy, .reVerify)
        }
    }
}

extension BaseChange {
    /// What it takes to be right on the changed base.
    fileprivate var remedy: BaseAction {
        switch self {
        case .removed, .gated, .endOfLife: .migrate
        case .tokenizer, .weights, .config: .retrain
        case .chatTemplate, .generationConfig: .reEvaluate
        case .licence: .reVerify
        case .cosmetic: .nothing
        }
    }
}
