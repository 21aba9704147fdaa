import Foundation
import Testing

/// `lora>` on a real pseudo-terminal, which `script` from util-linux provides.
@Suite("The interactive shell", .serialized)
struct PseudoTerminalTests {
    /// Types `keys` piece by piece, each once the screen shows what the piece before it was waiting for.
    private func dialogue(
        _ program: BuiltProgram, _ steps: [(keys: String, until: String)], running command: String = "exec lora"
    ) throws -> (screen: String, status: Int32) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/timeout")
        // A dialogue that gets stuck ends by itself instead of holding up every other test.
        // `exec`, because Ctrl-C goes to the whole foreground group: a waiting `sh` would die of it and give its own status.
        process.arguments = ["--foreground", "60", "script", "--quiet", "--return", "--command", command, "/dev/null"]
        process.currentDirectoryURL = program.home.url
        process.environment = program.environment
        let (keyboard, screen) = (Pipe(), Pipe())
        process.standardInput = keyboard
        process.standardOutput = screen
        try process.run()
        var shown = ""
        for step in steps {
            if !step.keys.isEmpty { try keyboard.fileHandleForWriting.write(contentsOf: Data(step.keys.utf8)) }
            if step.until.isEmpty { continue }
            while !shown.contains(step.until) {
                let piece = screen.fileHandleForReading.availableData
                guard !piece.isEmpty else { break }
                shown += String(decoding: piece, as: UTF8.self)
            }
            guard let place = shown.range(of: step.until) else {
                Issue.record("'\(step.until)' was never shown:\n\(shown)")
                break
            }
            shown = String(shown[place.upperBound...])
        }
        try keyboard.fileHandleForWriting.close()
        shown += String(decoding: try screen.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (shown, process.terminationStatus)
    }

    @Test("Ctrl-D leaves with exit 0")
    func endOfInput() throws {
        let outcome = try dialogue(BuiltProgram(), [("", "lora> "), ("\u{4}", "")])
        #expect(outcome.status == 0)
    }

    @Test("Tab completes a verb, an option and an adapter's name")
    func completion() throws {
        let steps = [
            ("", "lora> "), ("hist\t", "history "), ("gree\t", "greeter "), ("--js\t", "--json "), ("\r", "\"events\""),
            ("exit\r", "exit"),
        ]
        let outcome = try dialogue(BuiltProgram(), steps)
        #expect(outcome.status == 0)
    }

    @Test("Ctrl-C abandons the typed line and keeps the shell")
    func interruptAtPrompt() throws {
        let steps = [
            ("", "lora> "), ("nonsense", "nonsense"), ("\u{3}", "lora> "), ("base list\r", "No base is pinned yet"),
            ("\u{4}", ""),
        ]
        #expect(try dialogue(BuiltProgram(), steps).status == 0)
    }

    @Test("Ctrl-C abandons a line that goes on, with its beginning")
    func interruptOfALineThatGoesOn() throws {
        let steps = [
            ("", "lora> "), ("base \\\r", "    > "), ("lis\t", "list "), ("\r", "No base is pinned yet"), ("", "lora> "),
            ("nonsense \\\r", "    > "), ("more\u{3}", "lora> "), ("base list\r", "No base is pinned yet"), ("\u{4}", ""),
        ]
        #expect(try dialogue(BuiltProgram(), steps).status == 0)
    }

    @Test("Ctrl-C twice and twice again is no more than Ctrl-C")
    func interruptsInARow() throws {
        let steps = [
            ("", "lora> "), ("one\u{3}\u{3}", "lora> "), ("two\u{3}\u{3}", "lora> "), ("base list\r", "No base is pinned yet"),
            ("\u{4}", ""),
        ]
        #expect(try dialogue(BuiltProgram(), steps).status == 0)
    }

    @Test("the arrow key brings back a line of an earlier session")
    func history() throws {
        let program = try BuiltProgram()
        _ = try dialogue(program, [("", "lora> "), ("base list\r", "No base is pinned yet"), ("\u{4}", "")])
        let outcome = try dialogue(
            program, [("", "lora> "), ("\u{1B}[A", "base list"), ("\r", "No base is pinned yet"), ("\u{4}", "")])
        #expect(outcome.status == 0)
    }

    @Test("a job outlives the shell that began it; Ctrl-C only detaches, `stop` saves its state")
    func jobs() throws {
        let program = try BuiltProgram()
        _ = try program.run("lora base add tiny model")
        let training = "train greeter --fresh --max-steps 90000 --save-steps 1 &\r"
        let began = try dialogue(program, [("", "lora> "), (training, "Job 1 runs"), ("\u{4}", "")])
        #expect(began.status == 0)
        // should the dialogue get stuck: asked twice, it ends at once
        defer { #expect(throws: Never.self) { try program.run("lora stop 1; lora stop 1") } }
        let steps = [
            ("", "lora> "), ("attach 1\r", "run-1 began"), ("\u{3}", "Detached. Job 1 goes on"), ("jobs\r", "running"),
            ("stop 1\r", "asked to stop"), ("attach 1\r", "its state is saved"), ("jobs\r", "exit 130"), ("\u{4}", ""),
        ]
        #expect(try dialogue(program, steps).status == 0)
    }

    @Test("`explain last` names the status, the rules that decided and the next step")
    func explaining() throws {
        let steps = [
            ("", "lora> "), ("should-finetune --base-error 0.1 --examples 900 --horizon 12mo\r", "No: do not fine-tune."),
            ("explain last\r", "ended with exit 11: advice is no."), ("", "What decided:"),
            ("", "✗ The base's error of 10 % is not above 15 %."), ("", "next: do what stands after 'instead:'"),
            ("histry greeter\r", "Did you mean"), ("explain last\r", "exit 2: usage."), ("", "There is no verb 'histry'"),
            ("", "next: Did you mean 'history'?"), ("\u{4}", ""),
        ]
        #expect(try dialogue(BuiltProgram(), steps).status == 0)
    }

    @Test("`watch` draws again and again until Ctrl-C, and keeps the shell")
    func watching() throws {
        let picture = "\u{1B}[HEvery 1 s until Ctrl-C: base list"
        let steps = [
            ("", "lora> "), ("watch --every 1 base list\r", picture), ("", "No base is pinned yet"), ("", picture),
            ("\u{3}", "lora> "), ("base list\r", "No base is pinned yet"), ("\u{4}", ""),
        ]
        #expect(try dialogue(BuiltProgram(), steps).status == 0)
    }

    @Test("what is longer than the screen is paged, what fits and what nobody sits before is not")
    func paging() throws {
        var program = try BuiltProgram()
        program.environment["LORA_PAGER"] = "sed s/^/paged:/"
        let (long, short) = ("policy explain\r", "base list\r")
        // `script` gives a terminal without a size
        let steps = [
            ("", "$ "), ("stty rows 5 cols 80; lora\r", "lora> "), (long, "paged:"), ("", "lora> "),
            (short, "\rNo base is pinned yet"), ("", "lora> "), ("\u{4}", "$ "), ("\u{4}", ""),
        ]
        #expect(try dialogue(program, steps, running: "exec env PS1='$ ' sh").status == 0)
        program.environment["TERM"] = "dumb"
        let plain = [("", "$ "), ("stty rows 5 cols 80; lora policy explain\r", "$ "), ("\u{4}", "")]
        #expect(try !dialogue(program, plain, running: "exec env PS1='$ ' sh").screen.contains("paged:"))
    }
}
