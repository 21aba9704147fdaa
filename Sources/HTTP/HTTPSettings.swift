import Foundation

/// How long to wait, how often to try again, and how to learn that nobody wants the answer any more.
public struct HTTPSettings: Sendable {
    /// For a connection to stand.
    public var connectTimeout: Duration = .seconds(10)
    /// Without a byte; at least a second.
    public var stallTimeout: Duration = .seconds(10)
    /// For replies that are held in memory as a whole.
    public var replyTimeout: Duration = .seconds(120)
    public var retries = HTTPRetries()
    public var userAgent = "lora-keeper"
    /// Asked often while something is waited for.
    public var isStopped: @Sendable () -> Bool = { false }
    /// Waits; what tests replace.
    public var pause: @Sendable (Duration) -> Void = { Thread.sleep(forTimeInterval: $0 / .seconds(1)) }

    public init() {}
}

/// When a request is made again: after 1, 2, 4 … seconds, or when the server says.
public struct HTTPRetries: Sendable, Hashable {
    /// All together; one that nobody answers at all is made twice.
    public var attempts = 5
    /// Of those, after which one that keeps silent is given up; each has cost the whole wait.
    public var attemptsInSilence = 5
    public var first: Duration = .seconds(1)
    public var longest: Duration = .seconds(60)
    /// A server that asks for more patience is taken at its word only so far.
    public var longestAsked: Duration = .seconds(300)

    public init() {}

    /// How long to wait after the n-th failure, from 1; nil when it is the last.
    public func pause(after failure: HTTPError, number: Int) -> Duration? {
        let limit = min(attempts, failure.isUnreachable ? 2 : failure.isStalled ? attemptsInSilence : attempts)
        guard failure.isTransient, number < limit else { return nil }
        let growing = min(first * (1 << min(number - 1, 20)), longest)
        guard let asked = failure.refusal?.retryAfter else { return growing }
        return asked <= longestAsked ? max(asked, growing) : nil
    }
}

extension HTTPSettings {
    /// Makes an attempt, and further ones while its failure may pass.
    ///
    /// - Parameter isProgress: whether the attempt that failed brought something, so that counting begins anew.
    public func retrying<Value>(
        isProgress: () -> Bool = { false }, _ attempt: () throws -> Value
    ) throws -> Value {
        var failures = 0
        while true {
            do {
                return try attempt()
            } catch let failure as HTTPError {
                failures = isProgress() ? 1 : failures + 1
                guard let pause = retries.pause(after: failure, number: failures) else { throw failure }
                try wait(pause)
            }
        }
    }

    /// Waits in short pieces.
    ///
    /// - Throws: `HTTPError.stopped`.
    private func wait(_ duration: Duration) throws(HTTPError) {
        let piece: Duration = .milliseconds(200)
        var rest = duration
        while rest > .zero {
            guard !isStopped() else { throw HTTPError.stopped }
            pause(min(piece, rest))
            rest -= piece
        }
        guard !isStopped() else { throw HTTPError.stopped }
    }
}
