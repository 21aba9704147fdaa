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
    /// Open addressing over entries: 0 is free, else 32 bits of the token's hash above the entry plus 1. The hash spares
    /// most comparisons, and growing needs no token read again.
    private var slots: [UInt64] = Array(repeating: 0, count: 16)
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

    /// The entry of a token, found without search when it is the one `expected`.
    func entry(of token: some Collection<UInt8>, expected: Int) -> Int? {
        expected < count && isToken(expected, token) ? expected : entry(of: token)
    }

    func entry(of token: some Collection<UInt8>) -> Int? {
        let tag = Self.tag(of: token)
        var slot = Int(tag) & (slots.count - 1)
        while slots[slot] != 0 {
            if let entry = Self.entry(in: slots[slot], tagged: tag), isToken(entry, token) { return entry }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// The entry a slot holds, if its tag agrees.
    @inline(__always)
    private static func entry(in slot: UInt64, tagged tag: UInt32) -> Int? {
        UInt32(truncatingIfNeeded: slot >> 32) == tag ? Int(UInt32(truncatingIfNeeded: slot)) - 1 : nil
    }

    @inline(__always)
    private func isToken(_ entry: Int, _ token: some Collection<UInt8>) -> Bool {
        var index = entry == 0 ? 0 : Int(ends[entry - 1])
        guard Int(ends[entry]) - index == token.count else { return false }
        for byte in token {
            if text[index] != byte { return false }
            index += 1
        }
        return true
    }

    @inline(__always)
    private static func tag(of token: some Collection<UInt8>) -> UInt32 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in token { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return UInt32(truncatingIfNeeded: hash ^ hash >> 29)
    }

    // MARK: Building

    /// Adds a token whose bytes `append` puts at the end of the store; nil from `append` adds nothing.
    mutating func add<Failure: Error>(
        _ append: (inout [UInt8]) throws(Failure) -> Int32?
    ) throws(Failure) -> Addition {
        let start = text.count
        guard let id = try append(&text) else {
            text.removeLast(text.count - start)
            return .none
        }
        if ids.count * 2 >= slots.count { grow() }
        let tag = Self.tag(of: text[start...])
        var slot = Int(tag) & (slots.count - 1)
        while slots[slot] != 0 {
            if let entry = Self.entry(in: slots[slot], tagged: tag), isToken(entry, text[start...]) {
                text.removeLast(text.count - start)
                return .duplicate(entry: entry)
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = UInt64(tag) << 32 | UInt64(ids.count + 1)
        ends.append(UInt32(text.count))
        ids.append(id)
        return .added
    }

    enum Addition: Sendable, Hashable { case none, added, duplicate(entry: Int) }

    /// Lets a later entry of the same token win, as lists of pieces allow.
    mutating func reassign(entry: Int, to id: Int32) { ids[entry] = id }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: old.count * 2)
        for entry in old where entry != 0 {
            var slot = Int(entry >> 32) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = entry
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
