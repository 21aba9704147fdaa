import Adapters
import DurableFiles
import Foundation
import Monitoring
import Registry
import Training

extension GateFacts.Rival {
    /// A candidate beside a rival on the same rows; nil when the rival was measured on none.
    init?(_ rival: HeldOutScore, beside candidate: HeldOutScore, _ slices: RowSlices, confidence: Double) {
        guard let error = rival.error(confidence: confidence) else { return nil }
        let comparison = candidate.comparison(with: rival, confidence: confidence)
        self.init(
            error: error, pairs: candidate.pairs(against: rival), comparison: comparison,
            slices: comparison == nil
                ? [] : slices.comparisons(candidate.answers, rival.answers, confidence: confidence))
    }
}

extension AdapterDeclaration {
    /// The held-out rows parted by the declared columns.
    ///
    /// - Throws: `DataError` for a column that no row has, or with too many values.
    func slices(in layout: RegistryLayout) throws -> RowSlices {
        guard !slices.isEmpty else { return .none }
        let file = layout.resolve(data.heldOut)
        return RowSlices(try RowColumns.values(of: slices, in: DataFile.text(of: file), of: file.path))
    }
}
