import Foundation
import TestSupport
import Testing

@testable import Tensors

/// Rows follow the table of reader checks of the safetensors format: what the library refuses, and what it lets pass but should not.
@Suite struct SafetensorsReaderTests {
    private typealias Reason = SafetensorsError.Reason

    private func reason(_ raw: RawSafetensors) throws -> SafetensorsError.Reason? {
        let folder = try TemporaryFolder()
        let file = try raw.write(folder)
        do {
            _ = try SafetensorsFile(opening: file)
            return nil
        } catch let error as SafetensorsError {
            #expect(error.file == file.path)
            return error.reason
        }
    }

    private static func entry(_ name: String, _ dtype: String, _ shape: String, _ offsets: String) -> String {
        #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
    }

    private static let a = entry("a", "U8", "[4]", "[0,4]")

    // MARK: The file and its header

    @Test(arguments: [0, 1, 7]) func filesShorterThanTheLengthAreRefused(count: Int) throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "model.safetensors")
        try Data(count: count).write(to: file)
        let error = try #require(throws: SafetensorsError.self) { try SafetensorsFile(opening: file) }
        #expect(error.reason == .tooShort(bytes: count))
    }

    @Test(arguments: [100_000_001, UInt64(Int.max), UInt64.max - 7, UInt64.max])
    func hugeHeadersAreRefusedBeforeMemoryIsTaken(length: UInt64) throws {
        #expect(try reason(RawSafetensors("{}", claimedLength: length)) == .headerTooLarge(bytes: length, limit: 100_000_000))
    }

    @Test func headersBeyondTheFileAreRefused() throws {
        #expect(try reason(RawSafetensors("{}", claimedLength: 3)) == .headerBeyondFile(bytes: 3, fileBytes: 10))
        #expect(
            try reason(RawSafetensors("{}", claimedLength: 100_000_000))
                == .headerBeyondFile(bytes: 100_000_000, fileBytes: 10))
    }

    @Test(arguments: ["{\"a\":", "{}x", "{}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}", "{\"a\":1,}", "{\"\u{1}\":1}", "{'a':1}"])
    func headersThatAreNotJSONAreRefused(header: String) throws {
        guard case .headerNotJSON = try reason(RawSafetensors(header)) else {
            Issue.record("accepted or refused for another reason: \(header)")
            return
        }
    }

    @Test func headersThatAreNotUTF8AreRefused() throws {
        var bytes = RawSafetensors(#"{"__metadata__":{"a":"xx"}}"#).bytes
        bytes[8 + 22] = 0xFF
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "model.safetensors")
        try bytes.write(to: file)
        let error = try #require(throws: SafetensorsError.self) { try SafetensorsFile(opening: file) }
        guard case .headerNotJSON(let json) = error.reason else {
            Issue.record("\(error)")
            return
        }
        #expect(json.reason == .notUTF8)
    }

    /// The library skips leading space; the format demands the brace first, and so do we.
    @Test(arguments: ["", " {}", "\n{}", "[]", "null"]) func headersMustBeginWithABrace(header: String) throws {
        #expect(try reason(RawSafetensors(header)) == .headerNotObject)
    }

    @Test(arguments: ["{}", "{} ", "{}\n\t \n\n", "{\"__metadata__\":null}", "{\"__metadata__\":{}}"])
    func filesWithoutTensorsAndPaddedHeadersAreAccepted(header: String) throws {
        #expect(try reason(RawSafetensors(header)) == nil)
    }

    @Test func metadataMustBeStrings() throws {
        #expect(try reason(RawSafetensors(#"{"__metadata__":{"step":1}}"#)) == .badMetadata(key: "step"))
        #expect(try reason(RawSafetensors(#"{"__metadata__":["x"]}"#)) == .badMetadata(key: "__metadata__"))
    }

    @Test func nothingMayStandTwice() throws {
        let twice = [
            "{\(Self.a),\(Self.a)}", "{\(Self.a),\(Self.entry("a", "U8", "[4]", "[4,8]"))}",
            #"{"__metadata__":{},"__metadata__":{}}"#, #"{"a":{"dtype":"U8","dtype":"I8","shape":[4],"data_offsets":[0,4]}}"#,
        ]
        for header in twice {
            guard case .headerNotJSON(let json) = try reason(RawSafetensors(header, data: [1, 2, 3, 4])),
                case .duplicateKey = json.reason
            else {
                Issue.record("accepted: \(header)")
                return
            }
        }
    }

    // MARK: One tensor

    @Test(arguments: [
        (#"{"a":1}"#, "dtype"), (#"{"a":{"shape":[4],"data_offsets":[0,4]}}"#, "dtype"),
        (#"{"a":{"dtype":"U8","data_offsets":[0,4]}}"#, "shape"), (#"{"a":{"dtype":"U8","shape":[4]}}"#, "data_offsets"),
        ("{\(entry("a", "U8", "4", "[0,4]"))}", "shape"), ("{\(entry("a", "U8", "[-4]", "[0,4]"))}", "shape"),
        ("{\(entry("a", "U8", "[4.0]", "[0,4]"))}", "shape"), ("{\(entry("a", "U8", "[\"4\"]", "[0,4]"))}", "shape"),
        ("{\(entry("a", "U8", "[18446744073709551616]", "[0,4]"))}", "shape"),
        ("{\(entry("a", "U8", "[4]", "[0,4.5]"))}", "data_offsets"), ("{\(entry("a", "U8", "[4]", "[-1,4]"))}", "data_offsets"),
        ("{\(entry("a", "U8", "[4]", "[0]"))}", "data_offsets"), ("{\(entry("a", "U8", "[4]", "[0,4,8]"))}", "data_offsets"),
        ("{\(entry("a", "U8", "[4]", "[0,18446744073709551617]"))}", "data_offsets"),
    ])
    func missingAndMalformedFieldsAreNamed(header: String, field: String) throws {
        #expect(try reason(RawSafetensors(header, data: [1, 2, 3, 4])) == .badField(field))
    }

    @Test(arguments: ["F31", "f32", "", "FLOAT"]) func unknownDTypesAreRefused(dtype: String) throws {
        #expect(
            try reason(RawSafetensors("{\(Self.entry("a", dtype, "[4]", "[0,4]"))}", data: [0, 0, 0, 0])) == .unknownDType(dtype))
    }

    @Test func rangesMustNotRunBackwards() throws {
        let header = "{\(Self.entry("a", "U8", "[4]", "[4,0]"))}"
        #expect(try reason(RawSafetensors(header, data: [1, 2, 3, 4])) == .reversedRange(begin: 4, end: 0))
    }

    @Test func shapesMustFillTheirBytes() throws {
        let header = "{\(Self.entry("a", "F32", "[2]", "[0,4]"))}"
        #expect(
            try reason(RawSafetensors(header, data: [1, 2, 3, 4])) == .sizeMismatch(expected: 8, found: 4, shape: [2], .f32))
    }

    @Test(arguments: [
        ([1 << 40, 1 << 40], TensorDType.f32), ([Int.max], .u8), ([Int.max, 2, 0], .u8), ([1 << 61], .f64), ([3], .f4),
        ([1], .f6E2M3),
    ])
    func sizesThatOverflowOrSplitABytesAreRefused(shape: [Int], dtype: TensorDType) throws {
        let header = "{\(Self.entry("a", dtype.rawValue, "\(shape)", "[0,4]"))}"
        #expect(try reason(RawSafetensors(header, data: [1, 2, 3, 4])) == .sizeOverflow(shape: shape, dtype))
    }

    @Test func dimensionsAreLimited() throws {
        let header = "{\(Self.entry("a", "U8", "\([Int](repeating: 1, count: 17))", "[0,1]"))}"
        #expect(try reason(RawSafetensors(header, data: [1])) == .tooManyDimensions(17, limit: 16))
    }

    @Test(arguments: ["", #"a\u0000b"#, String(repeating: "n", count: 5000)]) func namesAreBounded(name: String) throws {
        #expect(try reason(RawSafetensors("{\(Self.entry(name, "U8", "[4]", "[0,4]"))}", data: [1, 2, 3, 4])) == .badName)
    }

    @Test func fieldsNobodyKnowsAreIgnored() throws {
        let header = #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"note":{"x":[1.5]}}}"#
        #expect(try reason(RawSafetensors(header, data: [1, 2, 3, 4])) == nil)
    }

    // MARK: All tensors together

    @Test(arguments: [
        (["[1,4]"], SafetensorsError.Reason.hole(at: 0, until: 1)), (["[0,2]", "[3,4]"], .hole(at: 2, until: 3)),
        (["[0,3]", "[2,4]"], .overlap(with: "t0")), (["[0,4]", "[0,4]"], .overlap(with: "t0")),
        (["[0,3]"], .trailingData(end: 3, dataBytes: 4)), (["[0,5]"], .beyondData(end: 5, dataBytes: 4)),
        (["[0,4]", "[4,4]", "[5,5]"], .beyondData(end: 5, dataBytes: 4)),
    ])
    func everyByteBelongsToOneTensor(ranges: [String], expected: SafetensorsError.Reason) throws {
        let entries = ranges.enumerated().map { index, range in
            let ends = range.dropFirst().dropLast().split(separator: ",").compactMap { Int($0) }
            return Self.entry("t\(index)", "U8", "[\(ends[1] - ends[0])]", range)
        }
        #expect(try reason(RawSafetensors("{\(entries.joined(separator: ","))}", data: [1, 2, 3, 4])) == expected)
    }

    @Test func emptyTensorsAndScalarsLieAnywhere() throws {
        let entries = [
            Self.entry("z0", "F32", "[0,4]", "[0,0]"), Self.entry("s", "F32", "[]", "[0,4]"),
            Self.entry("z1", "F64", "[3,0]", "[4,4]"), Self.entry("u", "U8", "[1]", "[4,5]"),
            Self.entry("z2", "U8", "[0]", "[5,5]"),
        ]
        let folder = try TemporaryFolder()
        let url = try RawSafetensors("{\(entries.reversed().joined(separator: ","))}", data: [0, 0, 0x80, 0x3F, 9]).write(folder)
        let file = try SafetensorsFile(opening: url)
        #expect(try file.float32(named: "s") == [1])
        #expect(try file.float32(named: "z0") == [] && file.float32(named: "z1") == [])
        #expect(try Array(file.bytes(named: "u")) == [9])
        #expect(file.entry(named: "z2")?.elementCount == 0)
    }

    // MARK: Files that are none

    @Test func pipesFoldersAndMissingFilesAreRefusedAtOnce() throws {
        let folder = try TemporaryFolder()
        let pipe = folder.url.appending(path: "pipe")
        #expect(mkfifo(pipe.path, 0o600) == 0)
        let error = try #require(throws: SafetensorsError.self) { try SafetensorsFile(opening: pipe) }
        #expect(error.reason == .notRegular(.pipe))
        #expect(error.explanation.what == "Weights must be a regular file, but this is a named pipe.")
        #expect(throws: SafetensorsError(.notRegular(.folder), file: folder.url)) { try SafetensorsFile(opening: folder.url) }
        #expect(throws: (any Error).self) { try SafetensorsFile(opening: folder.url.appending(path: "absent")) }
    }

    // MARK: What callers ask for

    @Test func absentTensorsAreNamedWithTheirNearest() throws {
        let folder = try TemporaryFolder()
        let url = try RawSafetensors("{\(Self.entry("model.norm.weight", "U8", "[1]", "[0,1]"))}", data: [1]).write(folder)
        let file = try SafetensorsFile(opening: url)
        let error = try #require(throws: SafetensorsError.self) { try file.float32(named: "model.norm.weigth") }
        #expect(error.explanation.what == "The tensor is missing.")
        #expect(error.explanation.place == url.path + ":model.norm.weigth")
        #expect(error.explanation.next.contains("'model.norm.weight'"))
        #expect(throws: SafetensorsError(.noNumbers(.u8), file: url, tensor: "model.norm.weight")) {
            try file.float32(named: "model.norm.weight")
        }
    }

    @Test func explanationsSayWhatWhereAndNext() throws {
        let folder = try TemporaryFolder()
        let url = try RawSafetensors("{\(Self.entry("w", "F32", "[2]", "[0,8]"))}", data: [1, 2, 3, 4]).write(folder)
        let error = try #require(throws: SafetensorsError.self) { try SafetensorsFile(opening: url) }
        #expect(
            error.explanation.what == "The tensor ends at byte 8 of the data, which has only 4; the file is cut short.")
        #expect(error.explanation.place == url.path + ":w")
        #expect(error.explanation.next.hasPrefix("Download the file again"))
        #expect(error.explanation.kind == .integrity)
    }

    @Test func elementsNeedNoAlignment() throws {
        let folder = try TemporaryFolder()
        let entries = [Self.entry("u", "U8", "[1]", "[0,1]"), Self.entry("w", "F32", "[2]", "[1,9]")]
        let floats = withUnsafeBytes(of: (Float(1.5).bitPattern.littleEndian, Float(-2).bitPattern.littleEndian)) { Array($0) }
        let url = try RawSafetensors("{\(entries.joined(separator: ","))}", data: [7] + floats).write(folder)
        #expect(try SafetensorsFile(opening: url).float32(named: "w") == [1.5, -2])
    }

    @Test func bytesOutliveTheFileObject() throws {
        let url = Fixture.root.appending(path: "formats/mixed_dtypes.safetensors")
        let data = try SafetensorsFile(opening: url).bytes(named: "u")
        #expect(Array(data) == [1, 2, 3, 4, 5])
    }
}
