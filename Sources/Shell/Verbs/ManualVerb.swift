import ArgumentParser
import DurableFiles
import Foundation

/// What `make install` calls; people read `man lora`.
struct ManualVerb: Verb {
    static let configuration = Shell.configuration(
        "manual", "Write the manual pages of all verbs into a folder.", example: "lora manual /usr/local/share/man/man1",
        isHidden: true)

    @Argument(help: ArgumentHelp("Where lora.1 and a page for each verb appear.", valueName: "dir"))
    var folder: String

    func perform(in session: Session) throws -> ExitStatus {
        let place = session.url(folder)
        try DurableFile.prepare(place)
        for page in ManualPage.all(of: try CommandTree.read()) {
            try DurableFile.write(Data(page.text.utf8), to: place.appending(path: page.fileName))
        }
        return .passed
    }
}
