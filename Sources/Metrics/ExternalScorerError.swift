import Faults

/// Why a scorer's command gave no scores.
public struct ExternalScorerError: Error, Hashable {
    public enum Ending: Sendable, Hashable {
        case exited(Int32)
        case killed(Int32)
    }

    public enum Reason: Sendable, Hashable {
        case hung(seconds: Int)
        case died(Ending)
        /// It wrote far more than results.
        case endless
        /// A line that is no result; counted from 1.
        case garbage(result: Int, text: String)
        case wrongCount(results: Int, rows: Int)
    }

    public let reason: Reason
    public let command: String
    /// The end of what it wrote to its standard error.
    public let said: String

    public init(_ reason: Reason, command: String, said: String) {
        (self.reason, self.command, self.said) = (reason, command, said)
    }
}

extension ExternalScorerError: Explained {
    public var explanation: Explanation {
        Explanation(fault + (said.isEmpty ? "" : " It said: \(said)"), next: next, kind: .runtime)
    }

    private var fault: String {
        switch reason {
        case .hung(let seconds): "The scorer was stopped after \(seconds) seconds: \(command)."
        case .died(.exited(let status)): "The scorer failed with status \(status): \(command)."
        case .died(.killed(let signal)): "The scorer was ended by signal \(signal): \(command)."
        case .endless: "The scorer writes without end: \(command)."
        case .garbage(let result, let text): "Result \(result) of the scorer is no score: \(text)"
        case .wrongCount(let results, let rows): "The scorer gave \(results) results for \(rows) rows: \(command)."
        }
    }

    private var next: String {
        switch reason {
        case .hung: "Make it faster, or give it more time with the metric's 'timeout' in seconds."
        case .died: "Run it by hand with rows {\"row\",\"line\",\"expected\",\"predicted\"}, one a line, on its input."
        case .endless, .garbage, .wrongCount:
            "Let it write one line for each row: a number from 0 to 1, true or false, or {\"score\": …}; all else to standard error."
        }
    }
}
