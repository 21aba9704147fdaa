/// A word under merging: a linked list of symbols.
struct MergingWord {
    private struct Symbol {
        var id: Int32
        var length: Int32
        /// Neighbours, −1 at the ends; a merged-away symbol has length −1.
        var previous: Int32
        var next: Int32
    }

    private var symbols: [Symbol] = []

    mutating func append(_ id: Int32, length: Int) {
        let index = Int32(symbols.count)
        if index > 0 { symbols[Int(index) - 1].next = index }
        symbols.append(Symbol(id: id, length: Int32(length), previous: index - 1, next: -1))
    }

    /// Where each symbol stands if those before it cover the piece without gaps.
    var tokens: [ModelToken] {
        var tokens: [ModelToken] = []
        var place = 0
        var index = symbols.isEmpty ? -1 : 0
        while index >= 0 {
            let symbol = symbols[index]
            tokens.append(ModelToken(id: symbol.id, range: place..<place + Int(symbol.length)))
            place += Int(symbol.length)
            index = Int(symbol.next)
        }
        return tokens
    }

    /// Merges the pair of lowest rank, leftmost first, until no pair has a merge.
    mutating func merge(by merges: MergeTable) {
        // Scanning all pairs beats a heap for the words of ordinary text; the heap keeps long runs at n log n.
        if symbols.count <= 24 { mergeByScanning(merges) } else { mergeByHeap(merges) }
    }

    private mutating func mergeByScanning(_ merges: MergeTable) {
        var count = symbols.count
        while count > 1 {
            var best: (left: Int, merge: MergeTable.Merge)?
            for left in 0..<count - 1 {
                guard let merge = merges[symbols[left].id, symbols[left + 1].id] else { continue }
                if best.map({ merge.rank < $0.merge.rank }) ?? true { best = (left, merge) }
            }
            guard let best else { break }
            symbols[best.left].id = best.merge.id
            symbols[best.left].length += symbols[best.left + 1].length
            for index in best.left + 1..<count - 1 { symbols[index] = symbols[index + 1] }
            count -= 1
        }
        symbols.removeLast(symbols.count - count)
        for index in symbols.indices { symbols[index].next = index + 1 < count ? Int32(index) + 1 : -1 }
    }

    private mutating func mergeByHeap(_ merges: MergeTable) {
        var queue = MergeQueue()
        for left in 0..<symbols.count - 1 { enqueue(left, merges, &queue) }
        while let candidate = queue.pop() {
            let left = Int(candidate.left)
            guard symbols[left].length >= 0, symbols[left].next >= 0 else { continue }
            let right = Int(symbols[left].next)
            // A candidate is stale when one of its symbols has been merged since.
            guard let merge = merges[symbols[left].id, symbols[right].id], merge == candidate.merge else { continue }
            symbols[left].id = merge.id
            symbols[left].length += symbols[right].length
            symbols[left].next = symbols[right].next
            symbols[right].length = -1
            if symbols[left].next >= 0 { symbols[Int(symbols[left].next)].previous = Int32(left) }
            if symbols[left].previous >= 0 { enqueue(Int(symbols[left].previous), merges, &queue) }
            enqueue(left, merges, &queue)
        }
    }

    private func enqueue(_ left: Int, _ merges: MergeTable, _ queue: inout MergeQueue) {
        guard symbols[left].next >= 0,
            let merge = merges[symbols[left].id, symbols[Int(symbols[left].next)].id]
        else { return }
        queue.push(MergeQueue.Candidate(merge: merge, left: Int32(left)))
    }
}

/// A binary heap: lowest rank first, leftmost first among equals.
struct MergeQueue {
    struct Candidate {
        let merge: MergeTable.Merge
        let left: Int32

        @inline(__always)
        func precedes(_ other: Candidate) -> Bool { (merge.rank, left) < (other.merge.rank, other.left) }
    }

    private var heap: [Candidate] = []

    mutating func push(_ candidate: Candidate) {
        heap.append(candidate)
        var child = heap.count - 1
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> Candidate? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].precedes(heap[smallest]) {
                smallest = child
            }
            if smallest == parent { return first }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
