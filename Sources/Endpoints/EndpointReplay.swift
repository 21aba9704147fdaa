import Foundation
import HTTP
import StrictJSON

/// Puts single questions to a model behind a server, one after the other, in whichever form is wanted.
public final class EndpointReplay {
    private let endpoint: Endpoint
    private let client: HTTPClient
    /// Whether the server takes requests for log-probabilities, as far as is known.
    private var showsLogProbabilities = true

    public convenience init(_ endpoint: Endpoint, http: HTTPSettings) throws {
        try self.init(endpoint, exactly: http.forModels)
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
            return try ask(question, form)
        }
        do {
            return try ask(question, form)
        } catch let error as HTTPError where [400, 422].contains(error.refusal?.status) {
            question.asksForLogProbabilities = false
            let reply = try ask(question, form)
            showsLogProbabilities = false
            return reply
        }
    }

    private func ask(_ question: EndpointQuestion, _ form: Endpoint.Form) throws -> EndpointReply {
        let request = question.request(to: endpoint, as: form)
        return try client.settings.retrying {
            let reply = try client.replyOnce(to: request, limit: EndpointReply.limit)
            return try EndpointReply.read(reply.body, form, from: endpoint.url.server)
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
