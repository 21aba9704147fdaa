import Similarity
import StrictJSON
import Training

extension DataCheck {
    /// Every finding with all its lines. Neither rows nor labels are quoted, and of what is secret there is kind, place and length.
    public var json: JSONValue {
        [
            "schema": "lora.data-check/1",
            "data": data.json,
            "held_out": heldOut?.json ?? .null,
            "base": base.map { .string($0.name) } ?? .null,
            "max_length": base.map { .integer($0.maxLength) } ?? .null,
            "pad_is_end": base.map { .bool($0.padIsEnd) } ?? .null,
            "passes": .bool(passes),
            "findings": .array(findings.map(\.json)),
            "labels": labels.map { .array($0.labels.map { .integer($0.rows) }) } ?? .null,
            "report": report.json(quotesAnswers: false),
        ]
    }
}

extension DataFinding {
    var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "fails": .bool(kind.fails), "file": .string(isHeldOut ? "held_out" : "data"),
            "rows": .integer(lines.count), "lines": .array(lines.map { .integer($0) }),
        ]
    }
}

extension CheckedFile {
    var json: JSONValue {
        [
            "path": .string(path), "lines": .integer(lines), "rows": .integer(rows.count),
            "bad_lines": .array(
                badLines.map { bad in
                    [
                        "line": .integer(bad.line),
                        "reason": .string(DataError(bad.reason, file: path, line: bad.line).explanation.what),
                    ]
                }),
            "sensitive": .array(
                sightings.map { sighting in
                    [
                        "kind": .string(sighting.kind.rawValue), "line": .integer(sighting.line),
                        "column": .integer(sighting.column),
                        "length": .integer(sighting.length), "credential": .bool(sighting.kind.isCredential),
                    ]
                }),
            "odd_characters": .array(
                odd.map { odd in
                    ["kind": .string(odd.kind.rawValue), "line": .integer(odd.line), "column": .integer(odd.column)]
                }),
            "scripts": Self.counts(scripts), "languages": Self.counts(languages),
        ]
    }

    private static func counts<Key: RawRepresentable & CaseIterable & Hashable>(_ counts: [Key: Int]) -> JSONValue
    where Key.RawValue == String {
        .object(JSONObject(Key.allCases.compactMap { key in counts[key].map { (key.rawValue, .integer($0)) } }))
    }
}
