import Adapters
import Registry

extension Workspace {
    /// Whether a base as it is pinned now computes as it did when it was pinned with another digest; not where that is no longer known.
    func hasWeights(_ base: BaseDeclaration, of earlier: BaseIdentity) -> Bool {
        guard base.digest != earlier.digest else { return true }
        let contents = PinnedContents(in: layout)
        guard let before = contents.files(ofPin: earlier.digest) else { return false }
        return BaseComparison(from: before, to: base.files, content: contents.content).effects.isDisjoint(with: [
            .weights, .config,
        ])
    }
}
