import DurableFiles
import Foundation
import HTTP
import StrictJSON
import Synchronization

/// Puts many questions to a model behind a server, several at once; each is answered once and only once, over as many runs as it takes.
public struct EndpointMeasuring: Sendable {
    private let endpoint: Endpoint
    private let http: HTTPSettings
    /// Questions under way at the same time.
    private let concurrency: Int

    /// A server that refuses so many questions and takes none is not the right one.
    private static let refusalLimit = 5

    public init(_ endpoint: Endpoint, http: HTTPSettings, concurrency: Int) {
        var http = http.forModels
        http.retries.attempts = max(http.retries.attempts, 8)
        http.retries.attemptsInSilence = http.retries.attempts
        self.init(endpoint, exactly: http, concurrency: concurrency)
    }

    init(_ endpoint: Endpoint, exactly http: HTTPSettings, concurrency: Int) {
        (self.endpoint, self.http, self.concurrency) = (endpoint, http, max(1, concurrency))
    }

    /// The form that the server takes for a question: plain text is completed where that is offered, else put as a message.
    public func form(for question: EndpointQuestion) throws -> Endpoint.Form {
        guard case .text = question.prompt else { return .chat }
        do {
            _ = try question.put(to: endpoint, as: .completions, by: HTTPClient(http), forgivesPages: true)
            return .completions
        } catch let error as HTTPError where [400, 404, 405, 422, 501].contains(error.refusal?.status) {
            return .chat
        }
    }

    /// - Parameter book: where answers are kept meanwhile.
    /// - Parameter conditions: what the answers depend on; those under others are not gone on with.
    /// - Parameter progress: hears on the calling thread how many are there; what it throws ends the measuring, answers kept.
    /// - Parameter finish: given an answer for each question, in their order; once it returns the book is removed.
    /// - Throws: the first failure that did not pass; answers that came are kept.
    public func run<Value>(
        _ questions: [EndpointQuestion], as form: Endpoint.Form, book file: URL, conditions: JSONValue,
        progress: (Int) throws -> Void, finish: ([EndpointAnswer]) throws -> Value
    ) throws -> Value {
        let book = try AnswerBook(file, conditions: conditions, rows: questions.count)
        let work = Work(Array(questions.indices.filter { book.answers[$0] == nil }))
        var http = http
        let isStopped = http.isStopped
        http.isStopped = { isStopped() || work.isOver }
        let (workers, endpoint) = (DispatchGroup(), endpoint)
        for _ in 0..<min(concurrency, work.waiting) {
            workers.enter()
            let settings = http
            Thread.detachNewThread {
                work.work { client, row in
                    try Self.answer(row, questions[row], endpoint, form, client)
                } client: {
                    try HTTPClient(settings)
                }
                workers.leave()
            }
        }
        // until all have ended, whatever happens: they hold no more than their own question
        defer { workers.wait() }
        do {
            try collect(work, into: book, workers, progress)
        } catch let error as HTTPError where error.deniesAddress {
            throw try endpoint.denied(by: error, form, HTTPClient(self.http))
        }
        let answers = questions.indices.compactMap { book.answers[$0] }
        precondition(answers.count == questions.count, "without a failure each question has its answer")
        let value = try finish(answers)
        try book.remove()
        return value
    }

    private func collect(_ work: Work, into book: AnswerBook, _ workers: DispatchGroup, _ progress: (Int) throws -> Void) throws {
        var (refused, isDone) = ([EndpointAnswer](), false)
        do {
            while !isDone {
                isDone = workers.wait(timeout: .now() + .milliseconds(50)) == .success
                refused += try keep(work.take(), in: book)
                // refusals count once it is known that the server takes others
                if book.hasText { refused = try keep(refused, in: book) }
                if let last = refused.last, refused.count >= Self.refusalLimit || isDone && work.failure == nil {
                    throw EndpointError.refusesAll(server: endpoint.url.server, message: last.refusal ?? "")
                }
                try progress(book.answers.count)
            }
            try book.sync()
            if let failure = work.failure { throw failure }
        } catch {
            work.stop()
            workers.wait()
            // what came before the end is not asked again
            _ = try keep(work.take(), in: book)
            try book.sync()
            throw error
        }
    }

    /// - Returns: refusals that are not kept, since the server has taken nothing yet.
    private func keep(_ answers: [EndpointAnswer], in book: AnswerBook) throws -> [EndpointAnswer] {
        for answer in answers where answer.refusal == nil { try book.add(answer) }
        let refused = answers.filter { $0.refusal != nil }
        guard book.hasText else { return refused }
        for answer in refused { try book.add(answer) }
        return []
    }

    /// A question that the server cannot take, such as one too long for the model, is one that it does not answer.
    private static func answer(
        _ row: Int, _ question: EndpointQuestion, _ endpoint: Endpoint, _ form: Endpoint.Form, _ client: HTTPClient
    ) throws -> EndpointAnswer {
        do {
            let reply = try question.put(to: endpoint, as: form, by: client, forgivesPages: true)
            return EndpointAnswer(row: row, text: reply.text, isStopped: reply.isStopped, tokens: reply.tokens)
        } catch let error as HTTPError {
            guard let refusal = error.refusal, [400, 413, 422].contains(refusal.status) else { throw error }
            return EndpointAnswer(row: row, text: "", refusal: refusal.message ?? "status \(refusal.status)")
        }
    }
}

/// Rows that wait, answers that wait to be kept, and why it is over, shared by the threads that ask.
private final class Work: Sendable {
    private struct State {
        var waiting: [Int]
        var answers: [EndpointAnswer] = []
        var failure: (any Error)?
        var isOver = false
    }

    private let state: Mutex<State>

    init(_ rows: [Int]) { state = Mutex(State(waiting: rows.reversed())) }

    var waiting: Int { state.withLock { $0.waiting.count } }
    var isOver: Bool { state.withLock { $0.isOver } }
    var failure: (any Error)? { state.withLock { $0.failure } }

    func stop() { state.withLock { $0.isOver = true } }

    /// The answers that came since this was asked last.
    func take() -> [EndpointAnswer] {
        state.withLock { state in
            defer { state.answers = [] }
            return state.answers
        }
    }

    /// Takes one row after the other, until none waits or something fails.
    func work(_ answer: (HTTPClient, Int) throws -> EndpointAnswer, client: () throws -> HTTPClient) {
        do {
            let client = try client()
            while let row = state.withLock({ $0.isOver ? nil : $0.waiting.popLast() }) {
                let answer = try answer(client, row)
                state.withLock { $0.answers.append(answer) }
            }
        } catch {
            state.withLock { state in
                // what others say once they are stopped is no cause
                if state.failure == nil, !state.isOver { state.failure = error }
                state.isOver = true
            }
        }
    }
}
