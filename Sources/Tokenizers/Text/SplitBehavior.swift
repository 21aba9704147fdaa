/// What becomes of the matches when a text is split by a pattern.
enum SplitBehavior: String, Sendable, CaseIterable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"
}

/// A byte range of a text that either matched the pattern or lies between matches.
struct Section: Sendable, Hashable {
    var range: Range<Int>
    var isMatch: Bool
}

extension SplitBehavior {
    /// The pieces to keep of sections that together cover a text.
    func pieces(of sections: [Section]) -> [Range<Int>] {
        switch self {
        case .isolated: sections.map(\.range)
        case .removed: sections.filter { !$0.isMatch }.map(\.range)
        case .contiguous: joined(sections) { $0.isMatch == $1.isMatch }
        case .mergedWithPrevious: joined(sections) { !$0.isMatch && $1.isMatch }
        case .mergedWithNext: joined(sections) { $0.isMatch && !$1.isMatch }
        }
    }

    /// Neighbours joined where `join` says so, but never a chain of matches around one gap.
    private func joined(_ sections: [Section], where join: (Section, Section) -> Bool) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var previous: Section?
        for section in sections {
            if let before = previous, let last = pieces.last, join(before, section) {
                pieces[pieces.count - 1] = last.lowerBound..<section.range.upperBound
            } else {
                pieces.append(section.range)
            }
            previous = section
        }
        return pieces
    }
}

/// Sections that cover 0..<count, made from the matches in order; with `inverted` matches count as gaps and gaps as matches.
///
/// Gaps of no length are left out, as in the reference; matches of no length are kept.
func sections(of matches: [Range<Int>], count: Int, inverted: Bool = false) -> [Section] {
    var sections: [Section] = []
    sections.reserveCapacity(matches.count * 2 + 1)
    var place = 0
    for match in matches {
        if match.lowerBound > place { sections.append(Section(range: place..<match.lowerBound, isMatch: inverted)) }
        sections.append(Section(range: match, isMatch: !inverted))
        place = match.upperBound
    }
    if place < count { sections.append(Section(range: place..<count, isMatch: inverted)) }
    return sections
}
