extension AlignedText {
    /// One scalar of a changed text and how it relates to the scalars it was made from.
    struct Change {
        let scalar: Unicode.Scalar
        /// 0: takes the place of one scalar; above 0: stands beside the scalar before it, in place of none;
        /// below 0: takes the place of one scalar and swallows as many more as its amount.
        let shift: Int

        init(_ scalar: Unicode.Scalar, _ shift: Int = 0) {
            self.scalar = scalar
            self.shift = shift
        }
    }

    /// Replaces the whole text. `changes` account for every scalar of the text, `dropping` for those removed at its start.
    ///
    /// An added scalar has the span of the byte before the place reached, (0, 0) at the very start: tokens made of added
    /// text point at what it was added to.
    mutating func apply(_ changes: [Change], dropping: Int = 0) {
        let old = bytes
        let oldSpans = explicitSpans
        var place = 0
        func step(_ scalars: Int) {
            for _ in 0..<scalars where place < old.count {
                place += scalarLength(startingWith: old[old.startIndex + place])
            }
        }
        var new: [UInt8] = []
        var newSpans: [Span] = []
        new.reserveCapacity(old.count)
        newSpans.reserveCapacity(old.count)
        step(dropping)
        for change in changes {
            let index = change.shift > 0 ? place - 1 : min(place, old.count - 1)
            let span = index < 0 ? Span(start: 0, end: 0) : oldSpans[oldSpans.startIndex + index]
            if change.shift <= 0 { step(1 - change.shift) }
            let length = new.append(change.scalar)
            newSpans.append(contentsOf: repeatElement(span, count: length))
        }
        replace(bytes: new, spans: newSpans)
    }

    /// Every scalar, in order.
    var scalars: [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let (scalar, length) = bytes.scalar(at: index)
            scalars.append(scalar)
            index += length
        }
        return scalars
    }

    /// Replaces each scalar by another one.
    mutating func map(_ transform: (Unicode.Scalar) -> Unicode.Scalar) {
        let old = scalars
        let new = old.map(transform)
        if new != old { apply(new.map { Change($0) }) }
    }

    /// Drops the scalars that do not satisfy `keep`.
    mutating func filter(_ keep: (Unicode.Scalar) -> Bool) {
        var changes: [Change] = []
        var leading = 0
        var removed = 0
        let old = scalars
        for scalar in old {
            if keep(scalar) {
                changes.append(Change(scalar))
            } else {
                removed += 1
                if let last = changes.last {
                    changes[changes.count - 1] = Change(last.scalar, last.shift - 1)
                } else {
                    leading += 1
                }
            }
        }
        if removed > 0 { apply(changes, dropping: leading) }
    }

    /// Puts text in front, unless there is nothing to put it in front of.
    mutating func prepend(_ addition: String) {
        guard !isEmpty, !addition.isEmpty else { return }
        let first = explicitSpans.first
        let added = Array(addition.utf8)
        let spans = repeatElement(first ?? Span(start: 0, end: 0), count: added.count) + explicitSpans
        replace(bytes: added + bytes, spans: Array(spans))
    }

    /// Replaces each match by `content`, whose bytes all have the span of the match's last byte.
    mutating func replace(_ matches: [Range<Int>], with content: [UInt8]) {
        guard !matches.isEmpty else { return }
        let old = bytes
        let oldSpans = explicitSpans
        var new: [UInt8] = []
        var newSpans: [Span] = []
        var place = 0
        func keep(upTo end: Int) {
            new.append(contentsOf: old[old.startIndex + place..<old.startIndex + end])
            newSpans.append(contentsOf: oldSpans[oldSpans.startIndex + place..<oldSpans.startIndex + end])
        }
        for match in matches {
            keep(upTo: match.lowerBound)
            let span = match.isEmpty ? newSpans.last : oldSpans[oldSpans.startIndex + match.upperBound - 1]
            new.append(contentsOf: content)
            newSpans.append(contentsOf: repeatElement(span ?? Span(start: 0, end: 0), count: content.count))
            place = match.upperBound
        }
        keep(upTo: old.count)
        replace(bytes: new, spans: newSpans)
    }
}
