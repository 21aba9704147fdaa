import Adapters
import DurableFiles
import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Jobs

@Suite("Jobs are what their locks and records say")
struct JobShelfTests {
    private let folder: TemporaryFolder
    private let shelf: JobShelf
    private let now = Timestamp(secondsSinceEpoch: 1_700_000_000)

    init() throws {
        folder = try TemporaryFolder()
        shelf = JobShelf(in: folder.url)
    }

    /// Writes a record as a job of this process.
    private func put(_ number: Int, process: ProcessIdentity? = nil, status: Int32? = nil) throws {
        let own = try #require(ProcessIdentity(of: getpid()))
        let ending = status.map { Job.Ending(at: now, status: $0) }
        let job = Job(number: number, words: ["train", "a b"], folder: "/", began: now, process: process ?? own, ending: ending)
        try DurableFile.write(Data(job.record.text().utf8), to: shelf.record(of: number))
        try DurableFile.write(Data("said\n".utf8), to: shelf.output(of: number))
    }

    @Test("a job whose lock is held runs; one that left no ending and no lock is lost; an ending is told with its status")
    func states() throws {
        for number in 1...3 { try put(number, status: number == 3 ? 13 : nil) }
        let life = try #require(try FileLock.take(shelf.output(of: 1)))
        #expect(try shelf.jobs().map(shelf.state) == [.running, .lost, .ended(Job.Ending(at: now, status: 13))])
        _ = life
    }

    @Test("a record is read back as it was written")
    func record() throws {
        try put(7, status: 0)
        let job = try shelf.job(7)
        #expect(job.words == ["train", "a b"] && job.began == now && job.ending?.status == 0)
    }

    @Test("what is over, and a process that only bears the number, are never signalled")
    func stopping() throws {
        try put(1)
        #expect(throws: JobError.notRunning(number: 1)) { try shelf.stop(1) }
        // had it been signalled, this process would be gone: the group of number 2 does not exist, ours does
        try put(2, process: ProcessIdentity(pid: getpgrp(), start: "an earlier boot/1"))
        let life = try #require(try FileLock.take(shelf.output(of: 2)))
        #expect(throws: JobError.notRunning(number: 2)) { try shelf.stop(2) }
        #expect(throws: JobError.unknown(number: 3, last: 2)) { try shelf.stop(3) }
        _ = life
    }

    @Test(
        "a record that is none is named",
        arguments: [
            "{}", "[]", "", "{\"format\": 1, ",
            #"{"format": 1, "number": 1, "words": [], "folder": "/", "began": "2026-01-01T00:00:00Z", "pid": -1, "pid_start": ""}"#,
        ])
    func damaged(text: String) throws {
        try DurableFile.write(Data(text.utf8), to: shelf.record(of: 1))
        #expect(throws: JobError.damaged(path: shelf.record(of: 1).path)) { try shelf.job(1) }
    }

    @Test("a damaged record hides no other job, and no job is kept from beginning by it")
    func damagedBesideOthers() throws {
        for number in 1...103 { try put(number, status: 0) }
        try DurableFile.write(Data("{\"format\": 1, ".utf8), to: shelf.record(of: 2))
        try FileManager.default.createDirectory(at: shelf.record(of: 104), withIntermediateDirectories: true)
        #expect(try shelf.entries().count == 104 && shelf.jobs().count == 102)
        #expect(try shelf.entries()[1] == .damaged(number: 2) && shelf.entries().last == .damaged(number: 104))
        try shelf.forgetOldest()
        #expect(try shelf.jobs().map(\.number) == [4] + Array(5...103))
        #expect(try shelf.entries().first == .damaged(number: 2), "nobody knows whether it runs")
    }

    @Test("files that bear no number of a job are none of them", arguments: ["9223372036854775807", "007", "+7", "0", "x"])
    func foreignFiles(name: String) throws {
        try put(7, status: 0)
        try DurableFile.write(Data("{}".utf8), to: folder.url.appending(path: "\(name).json"))
        #expect(try shelf.numbers == [7] && shelf.entries().count == 1)
    }

    @Test("of jobs that are over the latest hundred are kept, and all that run")
    func forgetting() throws {
        for number in 1...103 { try put(number, status: 0) }
        try put(104)
        let life = try #require(try FileLock.take(shelf.output(of: 104)))
        try put(1)
        let old = try #require(try FileLock.take(shelf.output(of: 1)))
        try shelf.forgetOldest()
        #expect(try shelf.numbers(of: ".json") == [1] + Array(4...104))
        #expect(try shelf.numbers(of: ".log") == [1] + Array(4...104))
        _ = (life, old)
    }
}
