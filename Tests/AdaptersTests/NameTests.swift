import Adapters
import Faults
import Testing

@Suite struct NameTests {
    @Test(arguments: ["a", "ticket-router", "Qwen2.5_0.5B-instruct", "v3", "0", String(repeating: "x", count: 64)])
    func wordsOfLettersDigitsAndSingleSignsAreNames(_ text: String) throws {
        #expect(try AdapterName(text).text == text)
        #expect(try BaseName(text).text == text)
    }

    @Test(arguments: [
        "", ".", "-x", "x-", ".hidden", "a..b", "a/b", "../a", "a b", "a\n", "a\0b", "naïve", "e\u{301}", "x.lock", "X.LOCK",
        "a@v1", "~", "@{",
        "a:b", "a\u{202e}b", "a\u{85}b", "a\u{1b}[2J", String(repeating: "x", count: 65),
    ])
    func whatGitAFileSystemOrAShellWouldTripOverIsRefused(_ text: String) throws {
        let error = try #require(throws: NameError.self) { try AdapterName(text) }
        #expect(error.explanation.kind == .usage)
        #expect(
            !error.explanation.what.unicodeScalars.contains { [.control, .format].contains($0.properties.generalCategory) },
            "what acts on a terminal is shown, not sent")
        #expect(throws: NameError.self) { try BaseName(text) }
    }

    @Test func aVersionReadsBackFromItsTextAndItsTag() throws {
        let version = VersionID(try AdapterName("ticket-router"), 12)
        #expect("\(version)" == "ticket-router@v12")
        #expect(version.tag == "ticket-router/v12")
        #expect(try VersionID("ticket-router@v12") == version)
        #expect(VersionID(tag: version.tag) == version)
    }

    @Test(arguments: [
        "a", "a@", "a@v", "a@v0", "a@v01", "a@v-1", "a@3", "a@v1@v2", "@v1", "a@v99999999999999999999", "a@production",
    ])
    func whatIsNoVersionIsNotReadAsOne(_ text: String) {
        #expect(throws: NameError.self) { try VersionID(text) }
        #expect(VersionID(tag: text.replacing("@", with: "/")) == nil)
    }

    @Test func aReferenceMeansAnAdapterAVersionOrAnAlias() throws {
        #expect(try VersionReference("a").selector == nil)
        #expect(try VersionReference("a@v3").selector == .number(3))
        #expect(try VersionReference("a@production").selector == .alias(.production))
        #expect(try VersionReference("a@shadow").selector == .alias(try AliasName("shadow")))
        for text in ["a", "a@v3", "a@shadow"] { #expect("\(try VersionReference(text))" == text) }
    }

    @Test(arguments: ["v3", "V3", "a b", ""]) func aliasesAreWordsThatAreNoVersions(_ text: String) {
        #expect(throws: NameError.self) { try AliasName(text) }
    }

    @Test func versionsSortByNumber() throws {
        let names = [2, 10, 1].map { VersionID(try! AdapterName("a"), $0) }
        #expect(names.sorted().map(\.number) == [1, 2, 10])
    }

    @Test func anActorIsWhatGitCanSign() {
        #expect("\(Actor(name: "Ada <x>\n", email: "a@b\0>"))" == "Ada x <a@b>")
        #expect("\(Actor(name: " ", email: ""))" == "unknown <unknown@localhost>")
        #expect(Actor(environment: ["USER": "ada"]) == Actor(name: "ada", email: "ada@localhost"))
        let git = ["USER": "ada", "GIT_AUTHOR_NAME": "Ada M", "GIT_AUTHOR_EMAIL": "m@x.org"]
        #expect(Actor(environment: git) == Actor(name: "Ada M", email: "m@x.org"))
        #expect(Actor("Ada M <m@x.org>") == Actor(name: "Ada M", email: "m@x.org"))
        #expect(Actor("nobody") == nil)
    }

    @Test(arguments: ["run-0", "run-01", "run", "12", "run--1"]) func whatIsNoRunIsNotReadAsOne(_ text: String) {
        #expect(throws: NameError.self) { try RunID(text) }
    }
}
