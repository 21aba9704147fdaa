/// Lines piped into `lora`: no prompt, and the first line that does not exit 0 ends the script with its status, as under `sh -e`.
struct Script {
    let session: Session

    func run() -> ExitStatus {
        while let line = ShellLine.next({ beginning in readLine().map { beginning + $0 } }) {
            guard case .done(let status) = ShellLine.perform(line, in: session) else { return .passed }
            if status != .passed { return status }
        }
        return .passed
    }
}
