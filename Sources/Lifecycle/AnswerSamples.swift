import Adapters
import Llama
import Training

/// The rows that a report shows answers of: first where the version errs, then where it alone is right.
struct AnswerSamples {
    /// How many of either kind are shown.
    static let shown = 15

    let wrong: [Int]
    /// What the version gets right and its base alone does not.
    let gained: [Int]

    /// - Parameter base: of the same rows; empty where it is not known which it got right.
    init(_ version: [Bool], base: [Bool]) {
        wrong = version.indices.filter { !version[$0] }
        gained = version.indices.filter { version[$0] && base.indices.contains($0) && !base[$0] }
    }

    var rows: [Int] { (wrong.prefix(Self.shown) + gained.prefix(Self.shown)).sorted() }
}

extension Examiner {
    /// What the base and a version answered to some rows of the held-out file, by the number of the row: what a report shows beside a
    /// candidate's answers. Nothing of a task whose rows are private, or whose answers a command of the user's scores.
    func answers(of version: VersionID?, to rows: [Int]) throws -> [Int: [(String, String)]] {
        if case .external = task.declaration.metric { return [:] }
        guard task.declaration.data.keepsRows, !rows.isEmpty else { return [:] }
        let file = DataFile(path: task.heldOutFile.path, rows: rows.map { task.heldOutFile.rows[$0] })
        var answers = try [("base", answers(of: nil as LoRAAdapter?, as: "base, shown rows", to: file))]
        if let version {
            let published = try workspace.registry.version(version).published
            let own = try elsewhere(published) ?? self
            let folder = try VersionCache(of: workspace).folder(of: published)
            let adapter = try PEFTFolder(reading: folder, for: own.model().configuration).adapter
            answers.append(("\(version)", try own.answers(of: adapter, as: "\(version), shown rows", to: file)))
        }
        return Dictionary(
            uniqueKeysWithValues: rows.enumerated().map { place, row in
                (row, answers.compactMap { name, found in found[place].map { (name, $0) } })
            })
    }

    private func answers(of adapter: LoRAAdapter?, as subject: String, to file: DataFile) throws -> [String?] {
        try run(adapter, as: subject, task.evaluation(of: file)).rows.map(\.predicted)
    }
}
