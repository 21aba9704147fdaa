import Foundation
import HTTP
import StrictJSON

/// Puts single questions to a model behind a server, one after the other, in whichever form is wanted.
public final class EndpointReplay {
    private let endpoint: Endpoint
    private let client: HTTPClient
    /// Whether the server takes requests for log-probabilities, as far as is known.
    private var showsLogProbabilities = true

    /// - Parameter patience: for one answer. A server that keeps silent so long is asked once more.
    public convenience init(_ endpoint: Endpoint, http: HTTPSettings, patience: Duration) throws {
        var http = http
        (http.stallTimeout, http.replyTimeout) = (patience, patience)
        http.retries.attemptsInSilence = 2
        try self.init(endpoint, exactly: http)
    }

    init(_ endpoint: Endpoint, exactly http: HTTPSettings) throws {
        self.endpoint = endpoint
        client = try HTTPClient(http)
    }

    /// What the model answers.
    ///
    /// - Throws: `EndpointError.unknownModel`, `.modelNotFound`, `.lacksForm`, `.incompatible`, or why the server cannot be asked.
    public func answer(to question: EndpointQuestion, as form: Endpoint.Form) throws -> EndpointReply {
        do {
            return try answerWithoutWhatItRefuses(question, form)
        } catch let error as HTTPError where error.deniesAddress {
            throw try endpoint.denied(by: error, form, client)
        }
    }

    /// What the model answers where the server takes such a question; nil where it does not.
    public func answerIfTaken(to question: EndpointQuestion, as form: Endpoint.Form) throws -> EndpointReply? {
        do {
            return try answerWithoutWhatItRefuses(question, form)
        } catch let error as HTTPError where [400, 404, 405, 413, 422, 501].contains(error.refusal?.status) {
            return nil
        }
    }

    private func answerWithoutWhatItRefuses(_ question: EndpointQuestion, _ form: Endpoint.Form) throws -> EndpointReply {
        var question = question
        guard question.asksForLogProbabilities, showsLogProbabilities else {
            question.asksForLogProbabilities = false
            return try question.put(to: endpoint, as: form, by: client, forgivesPages: false)
        }
        do {
            return try question.put(to: endpoint, as: form, by: client, forgivesPages: false)
        } catch let error as HTTPError where [400, 422].contains(error.refusal?.status) {
            question.asksForLogProbabilities = false
            let reply = try question.put(to: endpoint, as: form, by: client, forgivesPages: false)
            showsLogProbabilities = false
            return reply
        }
    }
}

extension HTTPSettings {
    /// A model may think for long before its first word.
    var forModels: HTTPSettings {
        var http = self
        http.stallTimeout = max(http.stallTimeout, .seconds(120))
        http.replyTimeout = max(http.replyTimeout, .seconds(600))
        return http
    }
}
