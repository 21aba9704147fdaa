import StrictJSON

/// Tokens and ids, both ways, in three flat tables: a vocabulary of 256,000 tokens is built in tens of milliseconds.
///
/// Tokens are byte strings; equality is of bytes, never canonical equivalence.
struct Vocabulary: Sendable {
    /// The UTF-8 of all tokens, one after the other.
    private var text: [UInt8] = []
    /// Where each entry's token ends in `text`; entry k starts where k − 1 ends.
    private var ends: [UInt32] = []
    private(set) var ids: [Int32] = []
    /// Open addressing over entries: −1 is free, else an entry.
    private var slots: [Int32] = Array(repeating: -1, count: 16)
    private var entryOfID: [Int32] = []
    /// Entries whose ids are too sparse for the table.
    private var sparseEntryOfID: [Int32: Int32] = [:]

    init() {}

    var count: Int { ids.count }

    func token(_ entry: Int) -> ArraySlice<UInt8> { text[(entry == 0 ? 0 : Int(ends[entry - 1]))..<Int(ends[entry])] }

    // MARK: Look-up

    func id(of token: some Collection<UInt8>) -> Int32? { entry(of: token).map { ids[$0] } }

    func id(of token: String) -> Int32? { id(of: Array(token.utf8)) }

    func token(of id: Int32) -> String? {
        let entry = id >= 0 && Int(id) < entryOfID.count ? entryOfID[Int(id)] : sparseEntryOfID[id] ?? -1
        return entry < 0 ? nil : text(ofEntry: Int(entry))
    }

    private func text(ofEntry entry: Int) -> String { String(decoding: token(entry), as: UTF8.self) }

    func entry(of token: some Collection<UInt8>) -> Int? {
        var slot = Int(truncatingIfNeeded: Self.hash(token)) & (slots.count - 1)
        while slots[slot] >= 0 {
            let entry = Int(slots[slot])
            if self.token(entry).elementsEqual(token) { return entry }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    @inline(__always)
    private static func hash(_ token: some Collection<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in token { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash ^ hash >> 29
    }

    // MARK: Building

    /// Adds a token whose bytes `append` puts at the end of the store; false if the token was there already.
    mutating func add<Failure: Error>(
        _ append: (inout [UInt8]) throws(Failure) -> Int32?
    ) throws(Failure) -> Addition {
        let start = text.count
        guard let id = try append(&text) else {
            text.removeLast(text.count - start)
            return .none
        }
        if ids.count * 2 >= slots.count { grow() }
        var slot = Int(truncatingIfNeeded: Self.hash(text[start...])) & (slots.count - 1)
        while slots[slot] >= 0 {
            let entry = Int(slots[slot])
            if token(entry).elementsEqual(text[start...]) {
                text.removeLast(text.count - start)
                return .duplicate(entry: entry)
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = Int32(ids.count)
        ends.append(UInt32(text.count))
        ids.append(id)
        return .added
    }

    enum Addition: Sendable, Hashable { case none, added, duplicate(entry: Int) }

    /// Lets a later entry of the same token win, as lists of pieces allow.
    mutating func reassign(entry: Int, to id: Int32) { ids[entry] = id }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        for entry in ids.indices {
            var slot = Int(truncatingIfNeeded: Self.hash(token(entry))) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(entry)
        }
    }

    /// Makes ids searchable; call once all tokens are in. Returns an id that two tokens share, if any.
    mutating func indexIDs() -> Int32? {
        let limit = ids.count * 4 + 65_536
        let highest = Int(ids.max() ?? -1)
        entryOfID = Array(repeating: -1, count: min(highest + 1, limit))
        for (entry, id) in ids.enumerated() {
            if Int(id) < limit {
                guard entryOfID[Int(id)] < 0 else { return id }
                entryOfID[Int(id)] = Int32(entry)
            } else {
                guard sparseEntryOfID.updateValue(Int32(entry), forKey: id) == nil else { return id }
            }
        }
        return nil
    }

    var highestID: Int32? { ids.max() }
}

extension Vocabulary {
    /// Reads `{token: id, …}`.
    init(reading reader: inout JSONReader, file: String, key: String) throws {
        try reader.beginObject()
        var isOpen = true
        while isOpen {
            var number = 0
            let addition = try add { text throws -> Int32? in
                guard try reader.nextKey(appendingTo: &text) else {
                    isOpen = false
                    return nil
                }
                number = try reader.integer()
                return Int32(exactly: number) ?? -1
            }
            guard addition != .none else { break }
            if case .duplicate(let entry) = addition {
                throw TokenizerError(.duplicateToken(text(ofEntry: entry)), file: file, key: key)
            }
            guard ids[count - 1] >= 0 else {
                throw TokenizerError(.badID("\(number)"), file: file, key: "\(key).\(text(ofEntry: count - 1))")
            }
        }
        if let shared = indexIDs() { throw TokenizerError(.duplicateID(Int(shared)), file: file, key: key) }
    }
}
