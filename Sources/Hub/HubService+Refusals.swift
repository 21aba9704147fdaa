import HTTP

extension HubService {
    /// Says what a refusal means, by the code that the hub sends along.
    func translating<Value>(_ reference: HubReference, file: String?, _ body: () throws -> Value) throws -> Value {
        guard !settings.isOffline else { throw HubError.offline(reference.repository) }
        do {
            return try body()
        } catch let error as HTTPError {
            throw error.refusal.flatMap { meaning($0, reference, file) } ?? error
        }
    }

    private func meaning(_ refusal: HTTPRefusal, _ reference: HubReference, _ file: String?) -> HubError? {
        let (repository, endpoint, hasToken) = (reference.repository, settings.endpoint, settings.token != nil)
        switch (refusal.head["x-error-code"], refusal.status) {
        case ("GatedRepo", _): return .gated(repository, endpoint: endpoint, hasToken: hasToken)
        case ("DisabledRepo", _): return .disabled(repository)
        case ("RevisionNotFound", _): return .noRevision(reference)
        case ("EntryNotFound", _): return file.map { .noFile($0, repository) }
        case ("RepoNotFound", 401) where hasToken: return .tokenRefused(endpoint: endpoint)
        case ("RepoNotFound", _): return .noRepository(repository, endpoint: endpoint, hasToken: hasToken)
        case (nil, 401):
            return hasToken ? .tokenRefused(endpoint: endpoint) : .noRepository(repository, endpoint: endpoint, hasToken: false)
        case (nil, 403): return .gated(repository, endpoint: endpoint, hasToken: hasToken)
        // without a code another program may answer there, as where the address is wrong: no model is told gone by that
        default: return nil
        }
    }
}
