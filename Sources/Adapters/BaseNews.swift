/// What people write down about bases: until when they are kept up, and which belong together.
public struct BaseNews: Sendable, Hashable {
    public var endsOfLife: [EndOfLife]
    public var families: [BaseFamily]

    public init(endsOfLife: [EndOfLife] = [], families: [BaseFamily] = []) {
        (self.endsOfLife, self.families) = (endsOfLife, families)
    }

    /// The entry of a base, by the hub's name of it or by its own.
    public func endOfLife(of base: BaseDeclaration) -> EndOfLife? { endsOfLife.first { base.isCalled($0.base) } }

    /// Newer bases of its families, those of the file first.
    ///
    /// - Parameter listed: the models of the owner, as the hub lists them.
    public func newer(than base: BaseDeclaration, listed: [String] = []) -> [String] {
        var names: [String] = []
        for name in families.flatMap({ $0.newer(than: base, listed: listed) }) where !names.contains(name) { names.append(name) }
        return names
    }
}

/// From a day on, nobody should begin anything with the base.
public struct EndOfLife: Sendable, Hashable {
    public let base: String
    public let on: CivilDate
    public let because: String?
    public let successor: String?

    public init(base: String, on day: CivilDate, because: String? = nil, successor: String? = nil) {
        (self.base, self.on, self.because, self.successor) = (base, day, because, successor)
    }

    /// The first moment of that day.
    public var moment: Timestamp? { Timestamp(year: on.year, month: on.month, day: on.day) }
}

/// Bases that follow one another.
public struct BaseFamily: Sendable, Hashable {
    public let name: String
    /// The oldest first.
    public let members: [String]
    /// Such as `Qwen/Qwen*-0.6B`, where the star stands for the version; nil when the hub's list is not to be asked.
    public let pattern: String?

    public init(name: String, members: [String], pattern: String? = nil) {
        (self.name, self.members, self.pattern) = (name, members, pattern)
    }

    /// The owner whose models can be newer ones.
    public var owner: String? { pattern?.split(separator: "/").first.map(String.init) }

    /// Whether the base belongs to it.
    public func holds(_ base: BaseDeclaration) -> Bool {
        members.contains(where: base.isCalled) || base.source.flatMap(version(of:)) != nil
    }

    func newer(than base: BaseDeclaration, listed: [String]) -> [String] {
        let later = members.firstIndex(where: base.isCalled).map { Array(members[($0 + 1)...]) } ?? []
        guard let own = base.source.flatMap(version(of:)) else { return later }
        let found = listed.compactMap { name in version(of: name).map { (name, $0) } }
            .filter { own.lexicographicallyPrecedes($0.1) }.sorted { $0.1.lexicographicallyPrecedes($1.1) }
        return later + found.map(\.0).filter { !later.contains($0) }
    }

    /// The numbers that stand in the star's place, such as 2 and 5; nil when the name is not of the pattern.
    private func version(of name: String) -> [Int]? {
        let ends = (pattern ?? "").split(separator: "*", omittingEmptySubsequences: false)
        guard ends.count == 2, name.count > ends[0].count + ends[1].count, name.hasPrefix(ends[0]), name.hasSuffix(ends[1]) else {
            return nil
        }
        let parts = name.dropFirst(ends[0].count).dropLast(ends[1].count).split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        return numbers.count == parts.count ? numbers : nil
    }
}

extension BaseDeclaration {
    /// Whether a name means this base: that of the hub, in upper or lower case, or its own here.
    public func isCalled(_ text: String) -> Bool { source?.lowercased() == text.lowercased() || name.text == text }
}
