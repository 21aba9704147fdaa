import HTTP

extension EndpointQuestion {
    /// Puts the question, again while its failure may pass.
    ///
    /// - Parameter forgivesPages: whether a page is asked away too: over thousands of rows one may be what a proxy says while the model
    ///   restarts; as the first thing that is heard it says that nobody else lives there.
    /// - Throws: `EndpointError.incompatible` or `.noAnswer` for what no attempt mended, `HTTPError`.
    func put(
        to endpoint: Endpoint, as form: Endpoint.Form, by client: HTTPClient, forgivesPages: Bool
    ) throws -> EndpointReply {
        let (request, server) = (request(to: endpoint, as: form), endpoint.url.server)
        var misfit: EndpointError?
        do {
            return try client.settings.retrying {
                misfit = nil
                let reply = try client.replyOnce(to: request, limit: EndpointReply.limit)
                if let answer = EndpointReply(reply.body, form) { return answer }
                let found = EndpointReply.misfit(reply.body, from: server)
                if !forgivesPages, found == .incompatible(server: server) { throw found }
                misfit = found
                throw HTTPError.cut(server: server, reason: "its reply is no answer of a model")
            }
        } catch let error as HTTPError where error.isTransient {
            throw misfit ?? error
        }
    }
}
