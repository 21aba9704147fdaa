import Foundation
import HTTP
import StrictJSON

/// The hub's interface over HTTP, as far as bases need it; for one thread at a time.
///
/// Every reply is bounded, and what it says is checked before it is used.
public final class HubService {
    public let settings: HubSettings
    let client: HTTPClient

    private static let replyLimit = 1 << 24
    private static let pageLimit = 1_000

    public init(_ settings: HubSettings, http: HTTPSettings = HTTPSettings()) throws {
        self.settings = settings
        var http = http
        (http.connectTimeout, http.stallTimeout) = (settings.replyTimeout, settings.downloadTimeout)
        client = try HTTPClient(http)
    }

    /// What a branch, tag or commit is now.
    public func revision(_ reference: HubReference) throws -> HubRevision {
        let path = "/api/models/\(reference.repository)/revision/\(Self.segment(reference.revision))"
        return try reading(reference, "\(settings.endpoint)\(path)") { try HubRevision($0.json) }
    }

    /// All files of a commit, folders walked.
    public func files(of repository: RepositoryID, at commit: String) throws -> [HubFile] {
        let reference = try HubReference(repository: repository, revision: commit)
        var next: String? = "\(settings.endpoint)/api/models/\(repository)/tree/\(commit)?recursive=true&expand=false"
        var files: [HubFile] = []
        for _ in 0..<Self.pageLimit {
            guard let page = next else { break }
            files += try reading(reference, page) { reply in
                next = try nextPage(reply)
                return try HubFile.list(reply.json)
            }
        }
        guard next == nil else { throw HubError.badReply(url: settings.endpoint, what: "its list of files does not end") }
        return files
    }

    /// The models of an owner, the latest first.
    public func models(of owner: String) throws -> [HubModel] {
        let repository = try RepositoryID("\(owner)/x")
        let url = "\(settings.endpoint)/api/models?author=\(owner)&sort=createdAt&direction=-1&limit=1000"
        return try reading(HubReference(repository: repository), url) { try HubModel.list($0.json) }
    }

    /// A small file.
    ///
    /// - Throws: `HubError.wrongBytes` when it is not the file of that digest.
    public func content(of file: HubFile, in repository: RepositoryID, at commit: String) throws -> Data {
        let reference = try HubReference(repository: repository, revision: commit)
        let request = try request(reference, path: file.path)
        let body = try translating(reference, file: file.path) { try client.reply(to: request, limit: file.size + 1).body }
        guard file.digest.matches(body) else {
            throw HubError.wrongBytes(file.path, repository, what: "its digest is another")
        }
        return body
    }

    /// Whether files may be read by who asks, which the list of files does not tell.
    public func requireReadable(_ repository: RepositoryID, at commit: String) throws {
        let reference = try HubReference(repository: repository, revision: commit)
        var request = try request(reference, path: "config.json")
        request.method = .head
        _ = try translating(reference, file: "config.json") { try client.reply(to: request) }
    }

    func request(_ reference: HubReference, path: String) throws -> HTTPRequest {
        let file = path.split(separator: "/").map { Self.segment(String($0)) }.joined(separator: "/")
        return try request("\(settings.endpoint)/\(reference.repository)/resolve/\(Self.segment(reference.revision))/\(file)")
    }

    private func request(_ text: String) throws -> HTTPRequest {
        guard let url = URL(string: text) else { throw HTTPError.badURL(text) }
        return HTTPRequest(
            .get, url, headers: [HTTPHeader("Accept-Encoding", "identity")], authorization: settings.authorization)
    }

    private func reading<Value>(_ reference: HubReference, _ url: String, _ read: (HTTPReply) throws -> Value) throws -> Value {
        let request = try request(url)
        let reply = try translating(reference, file: nil) { try client.reply(to: request, limit: Self.replyLimit) }
        do {
            return try read(reply)
        } catch let error as JSONError {
            throw HubError.badReply(url: url, what: error.explanation.what)
        } catch let error as HubReplyFault {
            throw HubError.badReply(url: url, what: error.what)
        }
    }

    /// `Link: <URL>; rel="next"`, which must lead to the hub itself.
    private func nextPage(_ reply: HTTPReply) throws -> String? {
        guard let link = reply.head["link"] else { return nil }
        let next = link.split(separator: ",").first { $0.contains("rel=\"next\"") }
        guard let next, let start = next.firstIndex(of: "<"), let end = next.firstIndex(of: ">"), start < end else { return nil }
        let text = String(next[next.index(after: start)..<end])
        guard let url = URL(string: text, relativeTo: reply.head.url)?.absoluteURL, url.origin == reply.head.url.origin else {
            throw HubReplyFault(what: "its list of files goes on at '\(text)'")
        }
        return url.absoluteString
    }

    /// One segment of a path, its slashes escaped too.
    private static func segment(_ text: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        return text.utf8.map { byte in
            plain.contains(byte)
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}

extension HTTPReply {
    fileprivate var json: JSONValue { get throws { try JSONValue(parsing: body, depthLimit: 64) } }
}
