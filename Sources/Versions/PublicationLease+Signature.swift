/// What the holder of a lease writes down: a line for each reference that it is about to move, and of a transfer where to.
extension PublicationLease {
    struct Signature: Hashable {
        private(set) var references: [String]
        /// The ids, in hex, that the references of a transfer are to have, in their order.
        private(set) var goals: [Goal] = []

        struct Goal: Hashable {
            let reference: String
            let id: String
        }

        init(references: [String]) { self.references = references }

        init(moves: [ReferenceMove]) {
            goals = moves.map { Goal(reference: $0.name, id: GitLibrary.hex($0.new)) }
            references = moves.map(\.name) + ["HEAD"]
        }

        init(parsing text: String) {
            references = []
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ", maxSplits: 1).map(String.init)
                references.append(words[0])
                if words.count == 2 { goals.append(Goal(reference: words[0], id: words[1])) }
            }
        }

        var text: String {
            let ids = Dictionary(goals.map { ($0.reference, $0.id) }) { first, _ in first }
            return references.map { name in ids[name].map { "\(name) \($0)\n" } ?? "\(name)\n" }.joined()
        }
    }
}
