import Foundation
import HTTP
import StrictJSON
import TestServers
import TestSupport
import Testing

@testable import Endpoints

/// Single questions, and the numbers that come with their answers.
@Suite struct EndpointReplayTests {
    private func replay(_ server: LoopbackServer, model: String = "tiny") throws -> EndpointReplay {
        var http = HTTPSettings()
        http.pause = { _ in }
        http.stallTimeout = .seconds(1)
        http.retries.attempts = 3
        return try EndpointReplay(Endpoint("\(server.url)", model: model, key: "secret"), exactly: http)
    }

    private static func question(_ prompt: EndpointQuestion.Prompt = .text("q")) -> EndpointQuestion {
        var question = EndpointQuestion(prompt, longestAnswer: 8)
        question.asksForLogProbabilities = true
        return question
    }

    @Test func bothFormsOfLogProbabilitiesAreRead() throws {
        let server = try LoopbackServer { request in
            request.path == "/v1/completions"
                ? .init(
                    text: """
                        {"choices": [{"text": "ab", "finish_reason": "stop", "logprobs": {"tokens": ["a", "b"], "token_logprobs": [-0.5, -9999.0]}}],
                         "usage": {"prompt_tokens": 3, "completion_tokens": 2}}
                        """)
                : .init(
                    text: """
                        {"choices": [{"message": {"content": "ab"}, "finish_reason": "length", "logprobs": {"content": [{"token": "ab", "logprob": -1}]}}]}
                        """)
        }
        let replay = try replay(server)
        let completed = try replay.answer(to: Self.question(), as: .completions)
        #expect(
            completed
                == EndpointReply(text: "ab", isStopped: true, tokens: 2, promptTokens: 3, logProbabilities: [-0.5, -9999]))
        #expect(
            try replay.answer(to: Self.question(), as: .chat)
                == EndpointReply(text: "ab", isStopped: false, logProbabilities: [-1]))
        let bodies = try server.requests.map { try JSONValue(parsing: $0.body) }
        #expect(bodies[0]["logprobs"] == 1 && bodies[1]["logprobs"] == true)
        #expect(bodies.allSatisfy { $0["temperature"] == 0 && $0["max_tokens"] == 8 })
        #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer secret" })
    }

    @Test(arguments: [
        #"{"content": [{"token": "a"}]}"#, #"{"token_logprobs": [null, -1]}"#, #"{"token_logprobs": [0.5]}"#, "{}", "7", "null",
    ])
    func numbersThatAreNoneTellNothing(logprobs: String) throws {
        let server = try LoopbackServer { _ in .init(text: #"{"choices": [{"text": "a", "logprobs": \#(logprobs)}]}"#) }
        let reply = try replay(server).answer(to: Self.question(), as: .completions)
        #expect(reply.text == "a" && reply.logProbabilities == nil)
    }

    @Test func tokenIDsAndVariablesAreSentAsTheyAre() throws {
        let server = try LoopbackServer { _ in .init(text: #"{"choices": [{"text": "a", "message": {"content": "a"}}]}"#) }
        let replay = try replay(server)
        _ = try replay.answerIfTaken(to: Self.question(.tokens([5, 6])), as: .completions)
        var chat = Self.question(.messages([["role": "user", "content": "hi"]]))
        chat.templateVariables = JSONObject([("enable_thinking", false)])
        _ = try replay.answer(to: chat, as: .chat)
        let bodies = try server.requests.map { try JSONValue(parsing: $0.body) }
        #expect(bodies[0]["prompt"] == [5, 6])
        #expect(bodies[1]["chat_template_kwargs"] == ["enable_thinking": false])
    }

    @Test func aServerThatRefusesLogProbabilitiesIsAskedForThemOnce() throws {
        let server = try LoopbackServer { request in
            let body = try? JSONValue(parsing: request.body)
            return body?["logprobs"] == nil ? .init(text: #"{"choices": [{"text": "a"}]}"#) : .init(422)
        }
        let replay = try replay(server)
        for _ in 0..<3 { #expect(try replay.answer(to: Self.question(), as: .completions).logProbabilities == nil) }
        #expect(server.requests.count == 4)
    }

    @Test func anUnknownModelIsToldWithThoseThatAreKnown() throws {
        let server = try LoopbackServer { request in
            request.path == "/v1/models"
                ? .init(text: #"{"data": [{"id": "tinny"}, {"id": "other"}]}"#)
                : .init(404, [], text: #"{"error": {"message": "no"}}"#)
        }
        let expected = EndpointError.unknownModel("tiny", server: server.url.server, known: ["tinny", "other"], nearest: "tinny")
        #expect(throws: expected) { try replay(server).answer(to: Self.question(), as: .chat) }
        #expect(throws: EndpointError.lacksForm(.chat, server: server.url.server, message: "no")) {
            try replay(server, model: "other").answer(to: Self.question(), as: .chat)
        }
        #expect(try replay(server).answerIfTaken(to: Self.question(), as: .completions) == nil)
    }

    @Test(arguments: [
        (#"{"object": "error", "message": "The model `tiny` does not exist.", "type": "NotFoundError"}"#, true),
        (#"{"error": {"message": "model 'tiny' not found, try pulling it first."}}"#, true),
        (#"{"error": {"message": "This model is not supported in the v1/chat/completions endpoint."}}"#, false),
        (#"{"detail": "Not Found"}"#, false), ("<html></html>", false),
    ])
    func anUnknownModelIsToldFromAWrongAddress(body: String, isModel: Bool) throws {
        let server = try LoopbackServer { request in request.path == "/v1/models" ? .init(501) : .init(404, [], text: body) }
        #expect {
            try replay(server).answer(to: Self.question(), as: .chat)
        } throws: { error in
            switch error as? EndpointError {
            case .modelNotFound("tiny", _, _): isModel
            case .lacksForm(.chat, _, _): !isModel
            default: false
            }
        }
    }

    @Test func aSilentServerIsAskedTwiceAndABusyOneMoreOften() throws {
        func asked(_ answer: LoopbackServer.Answer) throws -> (failure: HTTPError?, times: Int) {
            let server = try LoopbackServer { _ in answer }
            var http = HTTPSettings()
            http.pause = { _ in }
            let replay = try EndpointReplay(
                Endpoint("\(server.url)", model: "tiny", key: nil), http: http, patience: .seconds(1))
            let failure = #expect(throws: HTTPError.self) { try replay.answerIfTaken(to: Self.question(), as: .chat) }
            return (failure, server.requests.count)
        }
        var silent = LoopbackServer.Answer(200, [], text: "{}")
        silent.silence = 30
        let (failure, times) = try asked(silent)
        #expect(failure?.isStalled == true && times == 2)
        #expect(try asked(.init(503, [], text: "loading")).times == 5)
    }

    @Test(arguments: [401, 403, 429, 500, 503])
    func whatAServerSaysIsPassedOn(status: Int) throws {
        let server = try LoopbackServer { _ in .init(status, [], text: #"{"error": {"message": "told so"}}"#) }
        for isNeeded in [true, false] {
            #expect {
                let replay = try replay(server)
                if isNeeded { _ = try replay.answer(to: Self.question(), as: .chat) }
                _ = try replay.answerIfTaken(to: Self.question(), as: .chat)
            } throws: { error in
                (error as? HTTPError)?.refusal?.status == status && (error as? HTTPError)?.refusal?.message == "told so"
            }
        }
    }

    @Test(arguments: [#"{"choices": []}"#, #"{"choices": [{}]}"#, #"{"error": "busy"}"#, "", "[1"])
    func garbageIsNoAnswer(body: String) throws {
        let server = try LoopbackServer { _ in .init(text: body) }
        #expect(throws: EndpointError.noAnswer(server: server.url.server)) {
            try replay(server).answer(to: Self.question(), as: .chat)
        }
    }

    @Test(arguments: ["<html>hello</html>", "\n <!doctype html>", "It works!", "{}", "7"])
    func anotherKindOfServerIsToldAtOnce(body: String) throws {
        let server = try LoopbackServer { _ in .init(text: body) }
        #expect(throws: EndpointError.incompatible(server: server.url.server)) {
            try replay(server).answer(to: Self.question(), as: .chat)
        }
        #expect(server.requests.count == 1)
    }

    @Test func silenceEnds() throws {
        let server = try LoopbackServer { _ in
            var answer = LoopbackServer.Answer(text: "{}")
            answer.silence = 3
            return answer
        }
        #expect {
            try replay(server).answer(to: Self.question(), as: .chat)
        } throws: { error in
            if case .stalled = error as? HTTPError { true } else { false }
        }
    }

    @Test func whereNobodyAnswersIsSaid() throws {
        let port = try LoopbackServer { _ in .init() }.port
        var http = HTTPSettings()
        http.pause = { _ in }
        let replay = try EndpointReplay(Endpoint("http://127.0.0.1:\(port)", model: "m", key: nil), exactly: http)
        #expect {
            try replay.answer(to: Self.question(), as: .chat)
        } throws: { error in
            (error as? HTTPError)?.isTransient ?? false
        }
    }

    @Test(arguments: ["9223372036854775807", "1000000001", "-1", "2.5"])
    func aNumberThatIsNoCountOfTokensIsNone(said: String) throws {
        let body = #"{"choices": [{"text": "ab"}], "usage": {"completion_tokens": \#(said), "prompt_tokens": \#(said)}}"#
        #expect(EndpointReply(Data(body.utf8), .completions) == EndpointReply(text: "ab"))
        // what an earlier version wrote down is read by the same rule
        let line = #"{"row": 0, "text": "ab", "refusal": null, "stopped": true, "tokens": \#(said)}"#
        #expect(EndpointAnswer(line: Data(line.utf8)) == EndpointAnswer(row: 0, text: "ab", isStopped: true))
    }
}
