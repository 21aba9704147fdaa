import Faults

extension HTTPError: Explained {
    public var explanation: Explanation {
        switch self {
        case .noLibrary(let reason):
            Explanation(
                "The network needs libcurl, which could not be opened: \(reason).",
                next: "Install it: `apt-get install libcurl4`.")
        case .badURL(let text):
            Explanation(
                "'\(text)' is no address of a server.", next: "Write it as http://HOST:PORT/PATH or https://HOST/PATH.",
                kind: .usage)
        case .unreachable(let server, let reason):
            Explanation(
                "\(server) cannot be reached: \(reason).", next: "Check the network and the address, and run the command again.")
        case .insecure(let server, let reason):
            Explanation(
                "\(server) does not prove who it is: \(reason).",
                next: "Check the address and the machine's certificates (`apt-get install ca-certificates`).")
        case .stalled(let server, let reason):
            Explanation("\(server) stopped answering: \(reason).", next: "Run the command again; it goes on where it was.")
        case .cut(let server, let reason):
            Explanation(
                "The connection to \(server) ended too early: \(reason).",
                next: "Run the command again; it goes on where it was.")
        case .failed(let server, let reason):
            Explanation("The exchange with \(server) failed: \(reason).", next: "Run the command again once the cause is gone.")
        case .tooLarge(let server, let limit):
            Explanation(
                "\(server) answers with more than \(limit) bytes where a small reply is due.",
                next: "Check the address; another program may answer there.")
        case .tooManyRedirects(let url):
            Explanation("The address leads from one to the next without an end.", at: "\(url)", next: "Check the address.")
        case .badRedirect(let url, let target):
            Explanation("The server leads to '\(target)', where nothing may be sent.", at: "\(url)", next: "Check the address.")
        case .refused(let refusal): refusal.explanation
        case .stopped:
            Explanation("Stopped on request.", next: "Run the command again; it goes on where it was.", kind: .interrupted)
        }
    }
}

extension HTTPRefusal: Explained {
    public var explanation: Explanation {
        Explanation("\(url.server) answers with \(status)\(message.map { ": \($0)" } ?? "").", at: "\(url)", next: remedy)
    }

    private var remedy: String {
        switch status {
        case 401: "Give a valid key or token."
        case 403: "Ask for leave to read it."
        case 404: "Check the name and the address."
        case 429: "Wait" + (retryAfter.map { " \($0.components.seconds) s" } ?? "") + ", and run the command again."
        case _ where isTransient: "The server is at fault; run the command again later."
        default: "Check what was asked."
        }
    }
}
