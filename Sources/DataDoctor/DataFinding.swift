import Training

/// Something that is wrong with the rows of a file, and which rows it is.
public struct DataFinding: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        // What fails the check.
        case badLine = "bad_line"
        case unknownRole = "unknown_role"
        case missingEnd = "missing_end"
        case doubleBeginning = "double_beginning"
        case maskedEnd = "masked_end"
        case credential
        case leakedExactly = "leaked_exactly"
        case leakedNearly = "leaked_nearly"
        case leakedGroup = "leaked_group"
        case nothingToLearn = "nothing_to_learn"
        // What training leaves out or suffers a little from.
        case empty
        case unlabelled
        case overLong = "over_long"
        case exactDuplicate = "exact_duplicate"
        case nearDuplicate = "near_duplicate"
        case conflict
        case personalData = "personal_data"
        case unseenLabel = "unseen_label"
        case rareLabel = "rare_label"
        case control = "control_character"
        case zeroWidth = "zero_width"
        case bidirectional
        case replacement
        case mojibake
        case mixedScripts = "mixed_scripts"
        case privateUse = "private_use"

        /// Whether the check fails for it. Everything else is told, and costs effective examples at most.
        public var fails: Bool {
            switch self {
            case .badLine, .unknownRole, .missingEnd, .doubleBeginning, .maskedEnd, .credential, .leakedExactly, .leakedNearly,
                .leakedGroup, .nothingToLearn:
                true
            default: false
            }
        }
    }

    public let kind: Kind
    /// Whether the rows are held-out ones.
    public let isHeldOut: Bool
    /// Ascending.
    public let lines: [Int]

    init(_ kind: Kind, _ lines: [Int], isHeldOut: Bool = false) {
        self.kind = kind
        self.lines = lines
        self.isHeldOut = isHeldOut
    }
}

extension DataFinding {
    private static let order = Dictionary(uniqueKeysWithValues: Kind.allCases.enumerated().map { ($1, $0) })

    /// In the order of kinds; of the same kind the file's own rows first.
    static func isWorse(_ first: DataFinding, _ second: DataFinding) -> Bool {
        (order[first.kind] ?? 0, first.isHeldOut ? 1 : 0) < (order[second.kind] ?? 0, second.isHeldOut ? 1 : 0)
    }
}

extension DataFinding.Kind {
    init(_ fault: TemplateFault) {
        self =
            switch fault {
            case .unknownRole: .unknownRole
            case .missingEnd: .missingEnd
            case .doubleBeginning: .doubleBeginning
            case .maskedEnd: .maskedEnd
            }
    }

    init(_ odd: OddCharacter) {
        self =
            switch odd {
            case .control: .control
            case .zeroWidth: .zeroWidth
            case .bidirectional: .bidirectional
            case .replacement: .replacement
            case .mojibake: .mojibake
            case .mixedScripts: .mixedScripts
            case .privateUse: .privateUse
            }
    }

    init?(_ finding: DataReport.Finding) {
        switch finding {
        case .empty: self = .empty
        case .unlabelled: self = .unlabelled
        case .overLong: self = .overLong
        case .exactDuplicate: self = .exactDuplicate
        case .nearDuplicate: self = .nearDuplicate
        case .leaked: return nil
        }
    }
}
