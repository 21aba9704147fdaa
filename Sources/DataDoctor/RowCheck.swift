import Foundation
import SharedWork
import Similarity
import StrictJSON
import Training

/// Looks at each row of a file by itself, on all processors.
public struct RowCheck: Sendable {
    let base: DoctorBase?
    /// The keys that lead to the value of a group, outermost first.
    let group: [String]?
    /// The same for the value to stratify by; nil for the answer.
    let stratum: [String]?
    /// Whether characters and what should not be there are looked for; parting rows needs neither.
    let looksAtText: Bool
    /// Whether lines are read as rows; who has read them already needs the rest alone.
    let readsRows: Bool

    public init(
        base: DoctorBase? = nil, group: String? = nil, stratum: String? = nil, looksAtText: Bool = true, readsRows: Bool = true
    ) {
        self.base = base
        self.group = group.map(Self.path)
        self.stratum = stratum.map(Self.path)
        self.looksAtText = looksAtText
        self.readsRows = readsRows
    }

    private static func path(_ key: String) -> [String] {
        key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }

    /// - Parameter checking: asked now and then; what it throws ends the check.
    /// - Throws: `DoctorError` when the file cannot be read or holds no line.
    public func check(_ file: URL, checking: () throws -> Void = {}) throws -> CheckedFile {
        var checked = CheckedFile(path: file.path)
        try LineBatches.read(file) { batch in
            try checking()
            for share in inShares(0..<batch.lines.count, { check(batch, $0, file.path) }) { checked.append(contentsOf: share) }
        }
        guard !readsRows || checked.lines > 0 else { throw DoctorError.noRows(file: file.path) }
        return checked
    }

    private func check(_ batch: LineBatches.Batch, _ places: Range<Int>, _ path: String) -> CheckedFile {
        var checked = CheckedFile(path: path)
        for place in places {
            if looksAtText { look(batch[place], batch.lines[place].number, &checked) }
            if readsRows { read(batch[place], batch.lines[place].number, &checked) }
        }
        return checked
    }

    // MARK: As text

    private func look(_ line: ArraySlice<UInt8>, _ number: Int, _ checked: inout CheckedFile) {
        let strings = LineStrings(line)
        for found in SensitiveScanner(strings.bytes).sightings {
            checked.sightings.append(
                CheckedFile.Sighting(
                    kind: found.kind, line: number, column: column(of: strings.places[found.start], in: line),
                    length: found.length))
        }
        let survey = CharacterSurvey(strings)
        for (kind, place) in survey.odd {
            let column = column(of: strings.places[place], in: line)
            checked.odd.append(CheckedFile.OddSighting(kind: kind, line: number, column: column))
        }
        if let script = survey.script { checked.scripts[script, default: 0] += 1 }
        if survey.script == .latin, let language = Language.of(strings.bytes) { checked.languages[language, default: 0] += 1 }
    }

    // MARK: As a row

    private func read(_ line: ArraySlice<UInt8>, _ number: Int, _ checked: inout CheckedFile) {
        do throws(DataError) {
            let object = try Self.object(line, number, checked.path)
            let row = try DataRow(object, number: number, of: checked.path)
            if row.content.hasUnknownRole { checked.templateFaults[.unknownRole, default: []].append(number) }
            let encoded = try encode(row, checked.path)
            if let encoded, let base {
                for fault in base.ends.faults(encoded) { checked.templateFaults[fault, default: []].append(number) }
            }
            checked.rows.append(row, encoded)
            if let group { checked.groups.append(Self.value(object, group)) }
            if let stratum { checked.strata.append(Self.value(object, stratum)) }
        } catch {
            if case .unknownRole = error.reason { checked.templateFaults[.unknownRole, default: []].append(number) }
            checked.badLines.append(CheckedFile.BadLine(line: number, reason: error.reason))
        }
    }

    private func encode(_ row: DataRow, _ path: String) throws(DataError) -> EncodedRow? {
        guard let base else { return nil }
        return try base.encoder.encode(row, of: path)
    }

    static func object(_ line: ArraySlice<UInt8>, _ number: Int, _ path: String) throws(DataError) -> JSONObject {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: line)
        } catch {
            throw DataError(.notJSON(error.reason, column: error.column), file: path, line: number)
        }
        guard let object = value.objectValue else { throw DataError(.notAnObject, file: path, line: number) }
        return object
    }

    private static func value(_ object: JSONObject, _ path: [String]) -> TextKey? {
        var value = object[path[0]]
        for key in path.dropFirst() { value = value?[key] }
        guard let value, !value.isNull else { return nil }
        return TextKey(value.text())
    }
}
