import Foundation
import Randomness
import Similarity
import Training

/// Which rows of a file are held out: as many as asked, each stratum by its share, and never one without those that belong to it.
public struct DataSplitting: Sendable {
    public enum Amount: Sendable, Hashable {
        case rows(Int)
        /// Above 0 and below 1.
        case share(Double)
    }

    public struct Request: Sendable {
        public let amount: Amount
        public let seed: UInt64
        /// `label` for the answer, or a key of the rows.
        public let stratum: String?
        public let group: String?

        public init(amount: Amount, seed: UInt64, stratum: String? = nil, group: String? = nil) {
            self.amount = amount
            self.seed = seed
            self.stratum = stratum
            self.group = group
        }
    }

    static let answer = "label"

    public let file: CheckedFile
    /// One for each row.
    public let isHeldOut: [Bool]
    /// How many rows were asked for.
    public let wanted: Int
    /// Rows that belong together count as one.
    public let units: Int
    public let strata: Int

    public var heldOutRows: Int { isHeldOut.count { $0 } }

    /// - Throws: `DoctorError` when a line is no row, or what is asked cannot be.
    public init(_ url: URL, _ request: Request) throws {
        let key = request.stratum == Self.answer ? nil : request.stratum
        file = try RowCheck(group: request.group, stratum: key, looksAtText: false).check(url)
        let rows = file.rows
        if let bad = file.badLines.first {
            throw DoctorError.badLines(file: url.path, count: file.badLines.count, first: bad.line)
        }
        for (key, values) in [(request.group, file.groups), (key, file.strata)] {
            if let key, !values.contains(where: { $0 != nil }) { throw DoctorError.unknownKey(key, file: url.path) }
        }
        wanted = try Self.wanted(request.amount, of: rows.count)
        let members = Self.units(file)
        units = members.count
        let numbers = Self.strata(file, by: request.stratum)
        strata = (numbers.max() ?? 0) + 1
        isHeldOut = Self.choose(members, numbers, wanted: wanted, seed: request.seed) { rows.fault($0) == nil }
        guard heldOutRows > 0 else { throw DoctorError.nothingToHoldOut(rows: rows.count) }
    }

    private static func wanted(_ amount: Amount, of rows: Int) throws(DoctorError) -> Int {
        let wanted =
            switch amount {
            case .rows(let count): count
            case .share(let share): max(1, Int((share * Double(rows)).rounded()))
            }
        guard wanted < rows else { throw DoctorError.tooMany(heldOut: wanted, rows: rows) }
        return wanted
    }

    /// The rows that belong together, each group ascending, in the order of their first rows.
    private static func units(_ file: CheckedFile) -> [[Int]] {
        let rows = file.rows
        var groups = SimilarGroups(count: rows.count)
        groups.tieSimilar(GramTable(rows.inputs))
        var first: [TextKey: Int] = [:]
        for (place, value) in file.groups.enumerated() {
            guard let value else { continue }
            if let other = first[value] { groups.tie(other, place) } else { first[value] = place }
        }
        var places: [Int: Int] = [:]
        var units: [[Int]] = []
        for place in 0..<rows.count {
            let root = groups.root(place)
            if let unit = places[root] {
                units[unit].append(place)
            } else {
                places[root] = units.count
                units.append([place])
            }
        }
        return units
    }

    /// The number of each row's stratum, in the order in which they first appear.
    private static func strata(_ file: CheckedFile, by stratum: String?) -> [Int] {
        guard let stratum else { return [Int](repeating: 0, count: file.rows.count) }
        let values: [TextKey?] = stratum == answer ? file.rows.answerKeys : file.strata
        var numbers: [TextKey?: Int] = [:]
        return values.map { value in
            let number = numbers[value] ?? numbers.count
            numbers[value] = number
            return number
        }
    }

    /// Takes groups in an order that the seed alone decides, as long as they fit into what their strata are still owed; then, if rows are
    /// wanting, any that fit.
    private static func choose(
        _ units: [[Int]], _ strata: [Int], wanted: Int, seed: UInt64, mayBeHeldOut: (Int) -> Bool
    ) -> [Bool] {
        var isHeldOut = [Bool](repeating: false, count: strata.count)
        var owed = quotas(strata, wanted: wanted)
        var missing = wanted
        let order = shuffled(units.indices.filter { units[$0].allSatisfy(mayBeHeldOut) }, seed: seed)
        for minding in [true, false] {
            for unit in order.map({ units[$0] }) where unit.count <= missing && !isHeldOut[unit[0]] {
                let counts = Dictionary(unit.map { (strata[$0], 1) }, uniquingKeysWith: +)
                guard !minding || counts.allSatisfy({ $1 <= owed[$0] }) else { continue }
                for place in unit { isHeldOut[place] = true }
                for (stratum, count) in counts { owed[stratum] -= count }
                missing -= unit.count
            }
        }
        return isHeldOut
    }

    /// Each stratum's share of what is wanted, whole numbers by largest remainder.
    private static func quotas(_ strata: [Int], wanted: Int) -> [Int] {
        var sizes = [Int](repeating: 0, count: (strata.max() ?? 0) + 1)
        for stratum in strata { sizes[stratum] += 1 }
        var quotas = sizes.map { $0 * wanted / strata.count }
        let byRemainder = sizes.indices.sorted {
            ($1.remainder(sizes, wanted, strata.count), $0) < ($0.remainder(sizes, wanted, strata.count), $1)
        }
        for stratum in byRemainder.prefix(wanted - quotas.reduce(0, +)) { quotas[stratum] += 1 }
        return quotas
    }

    /// Fisher and Yates, by a generator that is the same on every machine.
    private static func shuffled(_ numbers: [Int], seed: UInt64) -> [Int] {
        var (numbers, generator) = (numbers, SplitMix64(seed: seed, stream: 0x0073_706C_6974))
        for place in stride(from: numbers.count - 1, to: 0, by: -1) {
            numbers.swapAt(place, Int(generator.next(below: UInt64(place + 1))))
        }
        return numbers
    }
}

extension Int {
    /// What is left of this stratum's part after whole rows.
    fileprivate func remainder(_ sizes: [Int], _ wanted: Int, _ rows: Int) -> Int { sizes[self] * wanted % rows }
}

extension DataSplitting {
    /// Hands over the lines of one side in the order of the file, some megabytes at a time.
    public func write(heldOut side: Bool, of url: URL, append: (Data) throws -> Void) throws {
        var row = 0
        try LineBatches.read(url) { batch in
            var text = Data()
            for place in batch.lines.indices {
                guard row < isHeldOut.count, file.rows.line(row) == batch.lines[place].number else {
                    throw DoctorError.changedMeanwhile(file: url.path)
                }
                if isHeldOut[row] == side {
                    text.append(contentsOf: batch[place])
                    text.append(0x0A)
                }
                row += 1
            }
            try append(text)
        }
        guard row == isHeldOut.count else { throw DoctorError.changedMeanwhile(file: url.path) }
    }
}
