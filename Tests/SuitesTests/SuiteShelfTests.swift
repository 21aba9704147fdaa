import Adapters
import DurableFiles
import Faults
import Foundation
import Registry
import Suites
import TestSupport
import Testing
import Training

@Suite struct SuiteShelfTests {
    private let folder: TemporaryFolder
    private let actor = Actor(name: "Ada", email: "ada@example.org")
    private let noon = Timestamp(secondsSinceEpoch: 1_780_000_000)
    private var layout: RegistryLayout { RegistryLayout(root: folder.url.appending(path: "registry")) }
    private var shelf: SuiteShelf { SuiteShelf(layout) }

    private func rows(_ text: String = #"{"prompt": "2 + 2 =", "completion": " 4"}"# + "\n") throws -> URL {
        let file = folder.url.appending(path: "rows-\(UUID().uuidString).jsonl")
        try Data(text.utf8).write(to: file)
        return file
    }

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(at: layout.root, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(at: layout.state, withIntermediateDirectories: true)
    }

    @Test func fourSuitesShip() throws {
        let suites = try shelf.all()
        #expect(suites.map(\.name.text) == ["arithmetic", "formats", "instructions", "text"])
        #expect(suites.allSatisfy { $0.file.rows.count >= 32 && $0.origin == .shipped })
        #expect(suites.map(\.metric.name) == ["exact_match", "exact_match", "exact_match", "perplexity"])
        #expect(
            Set(suites.flatMap { suite in suite.file.rows.map(\.inputText) }).count
                == suites.reduce(0) { $0 + $1.file.rows.count })
    }

    /// The shipped answers are right: sums are computed again, dates and words put into their form.
    @Test func theArithmeticOfTheShippedSuiteIsRight() throws {
        let suite = try shelf.suite(named: "arithmetic")
        let plus = try Regex(#"^What is (\d+) \+ (\d+)\?|^Add (\d+) and (\d+)\."#)
        var checked = 0
        for row in suite.file.rows {
            guard let match = try plus.firstMatch(in: row.inputText) else { continue }
            let numbers = match.output.dropFirst().compactMap { $0.substring.flatMap { Int($0) } }
            #expect(row.expectedAnswer == "\(numbers.reduce(0, +))")
            checked += 1
        }
        #expect(checked >= 10)
    }

    @Test func aSuiteIsFrozenWithItsRows() throws {
        let added = try shelf.add(SuiteName("tone"), from: rows(), metric: .task(.exactMatch), by: actor, at: noon)
        let known = try shelf.suite(named: "tone")
        #expect(known.digest == added.digest && known.origin == .added && known.metric == .task(.exactMatch))
        let file = layout.suites.appending(path: "tone.jsonl")
        try Data(#"{"prompt": "2 + 2 =", "completion": " 5"}"#.utf8).write(to: file)
        let fault = #expect(throws: SuiteError.self) { try shelf.all() }
        #expect(fault?.explanation.kind == .integrity)
    }

    @Test func namesThatAreTakenAreRefused() throws {
        #expect(throws: SuiteError.taken(try SuiteName("text"), isShipped: true)) {
            try shelf.add(SuiteName("text"), from: rows(), metric: .perplexity, by: actor, at: noon)
        }
        _ = try shelf.add(SuiteName("tone"), from: rows(), metric: .task(.exactMatch), by: actor, at: noon)
        #expect(throws: SuiteError.taken(try SuiteName("tone"), isShipped: false)) {
            try shelf.add(SuiteName("tone"), from: rows(), metric: .task(.exactMatch), by: actor, at: noon)
        }
    }

    /// A process that died between rows and manifest left no suite, and the name is free.
    @Test func rowsWithoutAManifestAreNoSuite() throws {
        try DurableFile.makeFolder(layout.suites)
        try Data("left behind".utf8).write(to: layout.suites.appending(path: "tone.jsonl"))
        #expect(try shelf.all().count == 4)
        _ = try shelf.add(SuiteName("tone"), from: rows(), metric: .task(.exactMatch), by: actor, at: noon)
        #expect(try shelf.suite(named: "tone").file.rows.count == 1)
    }

    @Test func rowsThatCannotBeJudgedAreRefused() throws {
        let source = try rows(#"{"text": "no question here"}"# + "\n")
        #expect(throws: DataError.self) {
            try shelf.add(SuiteName("tone"), from: source, metric: .task(.exactMatch), by: actor, at: noon)
        }
        #expect(try shelf.all().count == 4)
    }

    @Test func aSuiteThatWasAddedCanBeTakenAwayAlsoWhereItIsDamaged() throws {
        for name in ["tone", "form"] {
            _ = try shelf.add(SuiteName(name), from: rows(), metric: .task(.exactMatch), by: actor, at: noon)
        }
        try Data("changed".utf8).write(to: layout.suites.appending(path: "tone.jsonl"))
        #expect(throws: SuiteError.self) { try shelf.all() }
        #expect(throws: SuiteError.shipped("text")) { try shelf.remove("text") }
        #expect(throws: SuiteError.unknown("tones", nearest: "tone")) { try shelf.remove("tones") }
        try shelf.remove("tone")
        #expect(try shelf.names() == ["arithmetic", "form", "formats", "instructions", "text"])
        #expect(try shelf.all().count == 5)
        #expect(try FileManager.default.contentsOfDirectory(atPath: layout.suites.path).sorted() == ["form.json", "form.jsonl"])
    }

    @Test func labelsRecur() throws {
        func added(_ answers: [String]) throws {
            let lines = answers.enumerated().map { #"{"prompt": "q\#($0)", "completion": "\#($1)"}"# + "\n" }
            _ = try shelf.add(
                SuiteName("kinds"), from: rows(lines.joined()), metric: .task(.labelAccuracy(.logLikelihood)), by: actor, at: noon
            )
        }
        #expect(throws: SuiteError.self) { try added(["a", "b", "c"]) }
        #expect(throws: SuiteError.self) { try added(["a", "a", "a"]) }
        try added(["a", "b", "a"])
    }
}
