import Adapters
import Foundation
import Similarity
import Training
import Versions

extension Workspace {
    /// How many rows that a version learned from stand, word for word or nearly, in held-out rows that were declared since.
    ///
    /// - Returns: nil where nobody can tell: its data set is unknown, or its rows were not kept.
    func leakedRows(of lineage: Lineage, into heldOut: DataFile) throws -> Int? {
        guard let dataset = lineage.dataset else { return nil }
        let train: Data
        // what was trained elsewhere may have left nothing out
        let held: Data?
        do {
            train = try versions.contents(of: .train, in: dataset.id)
            held = try dataset.heldOut.map { _ in try versions.contents(of: .heldOut, in: dataset.id) }
        } catch DatasetError.notStored, DatasetError.rowsNotKept {
            return nil
        }
        let learned = try DataFile(path: "train", text: train)
        var rows = ExaminedRows()
        for row in learned.rows { rows.append(row, nil) }
        let leftOut = try held.map { try Self.leaks(rows, DataFile(path: "held_out", text: $0)) } ?? []
        return Self.leaks(rows, heldOut).subtracting(leftOut).count
    }

    private static func leaks(_ rows: ExaminedRows, _ heldOut: DataFile) -> Set<Int> {
        let inputs = TextStore(normalizing: heldOut.rows.lazy.map(\.inputText))
        return Set(DataExamination(rows, heldOut: inputs).leakedLines)
    }
}
