import Foundation
import Testing

@Suite("Transcripts: each verb says what was recorded")
struct TranscriptTests {
    static let files: [URL] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Transcripts")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted().map { folder.appending(path: $0) }
    }()

    @Test("the dialogue runs as recorded", arguments: files)
    func dialogue(file: URL) throws {
        let program = try BuiltProgram()
        for step in try Transcript(contentsOf: file).steps {
            let outcome = try program.run(step.command)
            #expect(outcome.status == step.status, "$ \(step.command)\n\(outcome.output)")
            #expect(
                step.accepts(outcome.output),
                "$ \(step.command)\n--- printed\n\(outcome.output)--- expected\n\(step.expected.joined(separator: "\n"))")
        }
    }

    @Test("there are transcripts to run")
    func transcriptsExist() { #expect(!TranscriptTests.files.isEmpty) }
}
