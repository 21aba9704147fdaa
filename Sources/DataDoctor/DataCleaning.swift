import Foundation
import StrictJSON
import Training

/// Which rows a cleaned copy leaves out, and why.
public struct DataCleaning: Sendable {
    /// A row with several reasons is left out for the first of them in this order.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        case badLine = "bad_line"
        case unknownRole = "unknown_role"
        case templateFault = "template_fault"
        case credential
        case personalData = "personal_data"
        case empty
        case unlabelled
        case overLong = "over_long"
        case leaked
        case leakedGroup = "leaked_group"
        case exactDuplicate = "exact_duplicate"
        case nearDuplicate = "near_duplicate"
        case conflict
    }

    public struct LeftOut: Sendable, Hashable {
        public let line: Int
        public let reason: Reason
        /// The line that it repeats, in the same file; that of the held-out file for a leak.
        public let twin: Int?

        public var json: JSONValue {
            ["line": .integer(line), "reason": .string(reason.rawValue), "twin_line": twin.map { .integer($0) } ?? .null]
        }
    }

    /// By line.
    public let leftOut: [LeftOut]
    public let keptRows: Int
    public let counts: [Reason: Int]

    /// - Parameter reasons: those for which rows are left out.
    public init(_ check: DataCheck, for reasons: Set<Reason>) {
        var found: [Int: LeftOut] = [:]
        func add(_ reason: Reason, _ lines: some Sequence<(Int, Int?)>) {
            guard reasons.contains(reason) else { return }
            for (line, twin) in lines where found[line] == nil { found[line] = LeftOut(line: line, reason: reason, twin: twin) }
        }
        // what is no row can never be kept
        for bad in check.data.badLines { found[bad.line] = LeftOut(line: bad.line, reason: .badLine, twin: nil) }
        for reason in Reason.allCases { add(reason, Self.lines(reason, check)) }
        leftOut = found.values.sorted { $0.line < $1.line }
        keptRows = check.data.lines - found.count
        counts = Dictionary(leftOut.map { ($0.reason, 1) }, uniquingKeysWith: +)
    }

    private static func lines(_ reason: Reason, _ check: DataCheck) -> [(Int, Int?)] {
        let (rows, standings) = (check.examination.rows, check.examination.standings)
        func lines(_ findings: DataFinding.Kind...) -> [(Int, Int?)] {
            check.findings.filter { findings.contains($0.kind) && !$0.isHeldOut }.flatMap(\.lines).map { ($0, nil) }
        }
        func repeated(_ finding: DataReport.Finding) -> [(Int, Int?)] {
            standings.indices.filter { standings[$0].finding == finding }
                .map { (rows.line($0), standings[$0].twin.map { rows.line($0) }) }
        }
        switch reason {
        case .badLine: return lines(.badLine)
        case .unknownRole: return lines(.unknownRole)
        case .templateFault: return lines(.missingEnd, .maskedEnd, .doubleBeginning)
        case .credential: return lines(.credential)
        case .personalData: return lines(.personalData)
        case .empty: return lines(.empty)
        case .unlabelled: return lines(.unlabelled)
        case .overLong: return lines(.overLong)
        case .leaked:
            return standings.indices.filter { standings[$0].leak != nil }
                .map { (rows.line($0), standings[$0].leak.flatMap { place in check.heldOut.map { $0.rows.line(place) } }) }
        case .leakedGroup: return lines(.leakedGroup)
        case .exactDuplicate: return repeated(.exactDuplicate)
        case .nearDuplicate: return repeated(.nearDuplicate)
        case .conflict: return lines(.conflict)
        }
    }

    /// Hands over the lines that are kept, in order and to the byte, some megabytes at a time.
    public func write(_ url: URL, append: (Data) throws -> Void) throws {
        let dropped = Set(leftOut.map(\.line))
        var kept = 0
        try LineBatches.read(url) { batch in
            var text = Data()
            for place in batch.lines.indices where !dropped.contains(batch.lines[place].number) {
                text.append(contentsOf: batch[place])
                text.append(0x0A)
                kept += 1
            }
            try append(text)
        }
        guard kept == keptRows else { throw DoctorError.changedMeanwhile(file: url.path) }
    }
}
