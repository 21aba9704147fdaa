import Foundation
import TestSupport
import Testing

@Suite("A merge of a model larger than its memory")
struct MergeMemoryTests {
    /// `make merge-check` merges models of 4 and 32 layers of 2,048.
    @Test("takes no more memory for more layers")
    func layers() throws {
        let outcome = try BuiltProgram().runScript("merge_memory.py", "--hidden 512 --layers 2 10")
        #expect(outcome.status == 0 && outcome.output.hasSuffix(": within\n"), "\(outcome.output)")
    }
}
