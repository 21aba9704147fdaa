import Faults
import HTTP
import StrictJSON

extension HTTPError {
    /// Whether the server has nothing at this address, for this model or at all.
    var deniesAddress: Bool { [404, 405, 501].contains(refusal?.status) }
}

extension Endpoint {
    /// What a server means that denies the address of a model: it is asked which models it has.
    ///
    /// - Throws: why the server cannot be asked.
    func denied(by error: HTTPError, _ form: Form, _ client: HTTPClient) throws -> EndpointError {
        let (known, server) = (try models(client) ?? [], url.server)
        guard known.isEmpty || known.contains(model) else {
            return .unknownModel(model, server: server, known: known, nearest: nearestName(to: model, among: known))
        }
        if let refusal = error.refusal, let message = refusal.message, Self.deniesModel(refusal.status, message) {
            return .modelNotFound(model, server: server, message: message)
        }
        return .lacksForm(form, server: server, message: error.refusal?.message)
    }

    /// Whether a server says that it has no such model, rather than no such address or none for this model.
    private static func deniesModel(_ status: Int, _ message: String) -> Bool {
        let words = message.lowercased()
        return status == 404 && words.split { !$0.isLetter }.contains("model") && !words.contains("support")
    }

    /// The names that the server knows; nil where it does not tell.
    private func models(_ client: HTTPClient) throws -> [String]? {
        let request = HTTPRequest(.get, url.appending(path: "models"), authorization: key.map { "Bearer \($0)" })
        do {
            let json = try JSONValue(parsing: client.reply(to: request, limit: EndpointReply.limit).body)
            return json["data"]?.arrayValue?.compactMap { $0["id"]?.stringValue }
        } catch is JSONError {
            return nil
        } catch let error as HTTPError where error.refusal != nil {
            return nil
        }
    }
}
