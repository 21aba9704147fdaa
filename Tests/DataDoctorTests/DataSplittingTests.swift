import Foundation
import Randomness
import StrictJSON
import TestSupport
import Testing

@testable import DataDoctor

@Suite("A split leaks nothing, keeps shares, and is the same for the same seed")
struct DataSplittingTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func file(_ rows: [String]) throws -> URL {
        let file = folder.url.appending(path: "rows.jsonl")
        try Data(rows.map { $0 + "\n" }.joined().utf8).write(to: file)
        return file
    }

    /// Tickets of five labels of unlike size, every fourth of them a slight change of one before, from 60 customers.
    private func tickets(_ count: Int = 600, repeating: Bool = true) -> [String] {
        var generator = SplitMix64(seed: 3)
        func word() -> String { String(generator.next(below: 1 << 40), radix: 36) }
        var texts: [String] = []
        return (0..<count).map { number in
            let isRepeat = repeating && number % 4 == 3
            texts.append(isRepeat ? texts[number / 2] + "!" : (0..<8).map { _ in word() }.joined(separator: " "))
            let label = ["a", "a", "a", "b", "b", "c", "d", "e"][Int(generator.next(below: 8))]
            return #"{"prompt": "\#(texts[number])", "completion": "\#(label)", "customer": \#(generator.next(below: 60))}"#
        }
    }

    private func parts(_ splitting: DataSplitting, _ file: URL) throws -> (train: URL, heldOut: URL) {
        let places = ["train.jsonl", "held_out.jsonl"].map { folder.url.appending(path: $0) }
        for (place, side) in zip(places, [false, true]) {
            var text = Data()
            try splitting.write(heldOut: side, of: file) { text += $0 }
            try text.write(to: place)
        }
        return (places[0], places[1])
    }

    @Test func nothingLeaksAndNoRowIsLost() throws {
        let rows = tickets()
        let file = try file(rows)
        let splitting = try DataSplitting(file, .init(amount: .share(0.2), seed: 11, stratum: "label"))
        #expect(splitting.heldOutRows == 120)
        let (train, heldOut) = try parts(splitting, file)
        let check = try DataCheck(train, heldOut: heldOut)
        #expect(check.report.leakedLines.isEmpty)
        #expect(check.report.count(.nearDuplicate) > 0, "without repeats there would be nothing to leak")
        let lines = try [train, heldOut].flatMap {
            try String(contentsOf: $0, encoding: .utf8).split(separator: "\n").map(String.init)
        }
        #expect(lines.sorted() == rows.sorted())
        // A split that ignores what belongs together leaks: the test can fail.
        let halves = [rows.indices.filter { $0 % 5 > 0 }, rows.indices.filter { $0 % 5 == 0 }].map {
            $0.map { rows[$0] + "\n" }.joined()
        }
        try Data(halves[0].utf8).write(to: train)
        try Data(halves[1].utf8).write(to: heldOut)
        #expect(try !DataCheck(train, heldOut: heldOut).report.leakedLines.isEmpty)
    }

    @Test func eachLabelKeepsItsShare() throws {
        let file = try file(tickets())
        let splitting = try DataSplitting(file, .init(amount: .rows(150), seed: 4, stratum: "label"))
        let keys = splitting.file.rows.answerKeys
        for key in Set(keys) {
            let all = keys.indices.filter { keys[$0] == key }
            let held = all.count { splitting.isHeldOut[$0] }
            #expect(abs(Double(held) - Double(all.count) / 4) <= 1, "of \(all.count) rows \(held)")
        }
    }

    @Test func aCustomerStandsOnOneSide() throws {
        let file = try file(tickets(repeating: false))
        let splitting = try DataSplitting(file, .init(amount: .share(0.25), seed: 4, group: "customer"))
        let groups = splitting.file.groups
        let sides = Dictionary(grouping: groups.indices, by: { groups[$0] }).values.map {
            Set($0.map { splitting.isHeldOut[$0] })
        }
        #expect(sides.allSatisfy { $0.count == 1 })
        #expect(splitting.heldOutRows > 100 && splitting.heldOutRows <= 150)
    }

    @Test func theSameSeedGivesTheSameRowsOnEveryMachine() throws {
        let rows = (0..<40).map { #"{"prompt": "\#(String($0 * 7919, radix: 2)) \#($0)", "completion": "x"}"# }
        let file = try file(rows)
        func heldOut(_ seed: UInt64) throws -> [Int] {
            let splitting = try DataSplitting(file, .init(amount: .rows(5), seed: seed))
            return splitting.isHeldOut.indices.filter { splitting.isHeldOut[$0] }
        }
        // Recorded once: no other machine may say otherwise.
        #expect(try heldOut(1) == heldOut(1))
        #expect(try heldOut(1) != heldOut(2))
        #expect(try heldOut(1) == [3, 8, 14, 25, 27])
    }

    @Test func rowsWithoutAnAnswerAreNotHeldOut() throws {
        let rows = (0..<50).map { #"{"prompt": "question \#($0 * 7919) of \#($0)", "completion": "\#($0 < 40 ? "" : "yes")"}"# }
        let splitting = try DataSplitting(file(rows), .init(amount: .rows(10), seed: 1))
        #expect(splitting.isHeldOut.indices.filter { splitting.isHeldOut[$0] } == Array(40..<50))
    }

    @Test func whatCannotBeSplitSaysWhy() throws {
        let same = try file((0..<10).map { _ in #"{"prompt": "one and the same question", "completion": "x"}"# })
        #expect(throws: DoctorError.nothingToHoldOut(rows: 10)) { try DataSplitting(same, .init(amount: .rows(2), seed: 1)) }
        #expect(throws: DoctorError.tooMany(heldOut: 10, rows: 10)) { try DataSplitting(same, .init(amount: .rows(10), seed: 1)) }
        let broken = try file(["{", #"{"text": "a"}"#])
        #expect(throws: DoctorError.badLines(file: broken.path, count: 1, first: 1)) {
            try DataSplitting(broken, .init(amount: .rows(1), seed: 1))
        }
    }

    @Test func aFileThatChangesMeanwhileIsNoticed() throws {
        let file = try file(tickets(40))
        let splitting = try DataSplitting(file, .init(amount: .rows(4), seed: 1))
        _ = try self.file(tickets(41))
        #expect(throws: DoctorError.changedMeanwhile(file: file.path)) { try splitting.write(heldOut: true, of: file) { _ in } }
    }
}
