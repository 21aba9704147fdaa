import CGit2
import Foundation
import Testing

@testable import Versions

@Suite struct GitLibraryTests {
    /// Where a write of a streamed object fails, libgit2 says nothing.
    @Test func whereLibgit2GivesNoReasonTheSystemDoes() throws {
        try GitLibrary.start.get()
        git_error_clear()
        errno = ENOSPC
        #expect(GitLibrary.failure("write a file", -1).message == "No space left on device")
        git_error_clear()
        errno = 0
        #expect(GitLibrary.failure("write a file", -1).message == "no reason given")
    }
}
