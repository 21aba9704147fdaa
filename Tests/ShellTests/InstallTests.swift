import Foundation
import Testing

@testable import Shell

@Suite("What `make install` puts in place")
struct InstallTests {
    private func run(_ program: BuiltProgram, _ action: String, of lora: String = "$(command -v lora)", prefix: String = "/usr")
        throws -> BuiltProgram.Outcome
    {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try program.run(
            "'\(folder.path)/Scripts/install.sh' \(action) \"\(lora)\" \(prefix) \"${ROOT-$HOME/new root}\"")
    }

    @Test("every verb has its page, every shell its script; uninstalling leaves what others put there")
    func installed() throws {
        let program = try BuiltProgram()
        #expect(try run(program, "install").status == 0)
        let root = program.home.url.appending(path: "new root/usr")
        let manual = root.appending(path: "share/man/man1")
        let verbs = HelpTests.verbs.map { "lora-\($0.replacing(" ", with: "-")).1" }
        let pages = try FileManager.default.contentsOfDirectory(atPath: manual.path)
        #expect(Set(pages) == Set(["lora.1"] + verbs))
        let scripts = [
            "share/bash-completion/completions/lora", "share/zsh/site-functions/_lora",
            "share/fish/vendor_completions.d/lora.fish", "bin/lora",
        ]
        for script in scripts { #expect(FileManager.default.fileExists(atPath: root.appending(path: script).path)) }
        #expect(try program.run("bash -n 'new root/usr/\(scripts[0])'").output == "")
        #expect(try program.run("'new root/usr/bin/lora' --version").output == "\(LoraCommand.version)\n")

        let foreign = manual.appending(path: "lora-of-others.1")
        try Data(".TH OTHERS 1\n".utf8).write(to: foreign)
        #expect(try run(program, "uninstall").status == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: manual.path) == ["lora-of-others.1"])
        for script in scripts { #expect(!FileManager.default.fileExists(atPath: root.appending(path: script).path)) }
    }

    @Test("nothing is put in place when the program is missing or the prefix is relative")
    func refused() throws {
        var program = try BuiltProgram()
        let missing = try run(program, "install", of: "$HOME/missing")
        #expect(missing.status == 1 && missing.output.contains("is not there yet"))
        program.environment["ROOT"] = ""
        #expect(try run(program, "install", prefix: "usr").status == 2)
        for folder in ["new root", "usr"] {
            #expect(!FileManager.default.fileExists(atPath: program.home.url.appending(path: folder).path))
        }
    }

    private static let hasRoff = FileManager.default.fileExists(atPath: "/usr/bin/groff")

    @Test("no page holds a request that roff does not know", .enabled(if: hasRoff))
    func roff() throws {
        let program = try BuiltProgram()
        #expect(try program.run("lora manual man && groff -man -ww -Tutf8 man/*.1 2>&1 > pages").output == "")
        let page = try program.run("groff -man -Tascii -P-cbou man/lora-train.1").output
        for part in ["lora train [options] [adapter]", "--learning-rate, --lr x", "  lora train ticket-router --dry-run\n"] {
            #expect(page.contains(part))
        }
    }

    @Test(
        "bash completes verbs, options, names and versions",
        arguments: [
            ("lora hist", "history"), ("lora history gre", "greeter"), ("lora list --js", "--json"),
            ("./lora history gre", "greeter"),
            ("lora tokenize --base ti", "tiny"), ("lora show greeter@", "v1"), ("lora base ad", "add"),
        ])
    func bash(line: String, completed: String) throws {
        let program = try BuiltProgram()
        let release = "lora base add tiny model && lora train greeter"
        if line.contains("@") { _ = try program.run(release) }
        if line.contains("ti") { _ = try program.run("lora base add tiny model") }
        let outcome = try program.run(
            """
            ln -s "$(command -v lora)" lora; lora --generate-completion-script bash > script; bash -c '
                . ./script; COMP_LINE="\(line)"; COMP_POINT=${#COMP_LINE}; _lora ${COMP_LINE%% *}; printf "%s\\n" "${COMPREPLY[@]}"'
            """)
        #expect(outcome.output.split(separator: "\n").contains { $0 == completed }, "\(outcome.output)")
    }
}

@Suite("Text in roff")
struct RoffTests {
    @Test(
        "what is special is escaped",
        arguments: [
            (".so /etc/passwd", "\\&.so /etc/passwd"), ("'br", "\\(aqbr"), ("a\\b --c", "a\\eb \\-\\-c"),
            ("α/√r", "\\[u03B1]/\\[u221A]r"),
            ("one\n.two", "one\n\\&.two"),
        ])
    func escaped(text: String, roff: String) { #expect(Roff.text(text) == roff) }

    @Test("a discussion is read back into its parts")
    func discussion() {
        let parts = VerbDiscussion(example: "lora a\n  lora b", notes: "One.\n\nTwo.")
        #expect(VerbDiscussion(of: parts.text) == parts)
        #expect(VerbDiscussion(of: VerbDiscussion(example: nil, notes: nil).text) == VerbDiscussion(example: nil, notes: nil))
    }
}
