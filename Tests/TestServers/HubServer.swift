import Crypto
import Foundation
import StrictJSON
import Synchronization

/// A hub on this machine while the value lives: repositories with commits, an interface, and a store of large files on another port.
public final class HubServer: Sendable {
    public typealias Files = [String: Data]

    /// A repository and how it treats who asks.
    public struct Repository: Sendable {
        public var branches: [String: String] = [:]
        public var commits: [String: Files] = [:]
        /// Needs this token.
        public var token: String?
        public var isGated = false
        public var isDisabled = false
        public var renamedTo: String?
        public var createdAt = "2026-01-01T00:00:00.000Z"
    }

    private final class State: Sendable {
        let repositories = Mutex<[String: Repository]>([:])
        /// Stands in for the proper answer, when it gives one.
        let trouble = Mutex<@Sendable (LoopbackServer.Request) -> LoopbackServer.Answer?>({ _ in nil })
        let storeTrouble = Mutex<@Sendable (LoopbackServer.Request) -> LoopbackServer.Answer?>({ _ in nil })
        let pageSize = Mutex(1000)
    }

    private let state: State
    public let hub: LoopbackServer
    public let store: LoopbackServer
    public var url: String { "\(hub.url)" }

    public init() throws {
        let state = State()
        let store = try LoopbackServer { request in
            if let answer = state.storeTrouble.withLock({ $0 })(request) { return answer }
            let key = String(request.path.dropFirst())
            let contents = state.repositories.withLock { $0.values.flatMap { $0.commits.values.flatMap(\.values) } }
            guard let content = contents.first(where: { Self.sha256($0) == key }) else { return .init(404) }
            return Self.content(content, tag: "\"store-\(key.prefix(8))\"", for: request)
        }
        hub = try LoopbackServer { request in
            if let answer = state.trouble.withLock({ $0 })(request) { return answer }
            return Self.answer(request, state, store: store.url)
        }
        (self.state, self.store) = (state, store)
    }

    /// Adds a commit and lets a branch be at it; the commit is named by its number.
    @discardableResult
    public func commit(_ repository: String, _ files: Files, branch: String = "main") -> String {
        state.repositories.withLock { repositories in
            var kept = repositories[repository] ?? Repository()
            let commit = Self.sha1(Data("\(repository) \(kept.commits.count)".utf8))
            kept.commits[commit] = files
            kept.branches[branch] = commit
            repositories[repository] = kept
            return commit
        }
    }

    public func change(_ repository: String, _ body: @Sendable (inout Repository) -> Void) {
        state.repositories.withLock { body(&$0[repository, default: Repository()]) }
    }

    public func remove(_ repository: String) { state.repositories.withLock { $0[repository] = nil } }
    public func setPageSize(_ size: Int) { state.pageSize.withLock { $0 = size } }

    /// What answers instead; nil for the proper answer.
    public func onHub(_ trouble: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer?) {
        state.trouble.withLock { $0 = trouble }
    }
    public func onStore(_ trouble: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer?) {
        state.storeTrouble.withLock { $0 = trouble }
    }

    public func forgetRequests() {
        hub.forgetRequests()
        store.forgetRequests()
    }

    // MARK: Answers

    private static func answer(_ request: LoopbackServer.Request, _ state: State, store: URL) -> LoopbackServer.Answer {
        let parts = request.path.split(separator: "/").map { String($0).removingPercentEncoding ?? "" }
        let repositories = state.repositories.withLock { $0 }
        if parts == ["api", "models"] { return models(request, repositories) }
        let isAPI = parts.starts(with: ["api", "models"])
        let rest = isAPI ? Array(parts.dropFirst(2)) : parts
        guard rest.count >= 4 else { return refusal(404, nil) }
        let name = "\(rest[0])/\(rest[1])"
        guard let repository = repositories[name] else { return refusal(401, "RepoNotFound") }
        if let new = repository.renamedTo {
            return .init(307, [("Location", request.target.replacingOccurrences(of: name, with: new))])
        }
        if let token = repository.token, request.headers["authorization"] != "Bearer \(token)" {
            return refusal(401, "RepoNotFound")
        }
        if repository.isDisabled { return refusal(403, "DisabledRepo") }
        let commit = repository.commits[rest[3]] == nil ? repository.branches[rest[3]] : rest[3]
        guard let commit, let files = repository.commits[commit] else { return refusal(404, "RevisionNotFound") }
        switch (isAPI, rest[2]) {
        case (true, "revision"): return revision(name, commit, repository)
        case (true, "tree"): return tree(request, files, pageSize: state.pageSize.withLock { $0 })
        case (false, "resolve"):
            let path = rest[4...].joined(separator: "/")
            if repository.isGated, request.headers["authorization"] == nil { return refusal(401, "GatedRepo") }
            guard let content = files[path] else { return refusal(404, "EntryNotFound") }
            return file(content, path, commit, request, store)
        default: return refusal(404, nil)
        }
    }

    public static func refusal(_ status: Int, _ code: String?) -> LoopbackServer.Answer {
        .init(status, code.map { [("X-Error-Code", $0)] } ?? [], text: "{\"error\": \"no\"}")
    }

    private static func models(_ request: LoopbackServer.Request, _ repositories: [String: Repository]) -> LoopbackServer.Answer {
        let author = request.target.components(separatedBy: "author=").last?.prefix { $0 != "&" } ?? ""
        let entries = repositories.filter { $0.key.hasPrefix("\(author)/") }.sorted { $0.key < $1.key }
            .map { JSONValue.object(JSONObject([("id", .string($0.key)), ("createdAt", .string($0.value.createdAt))])) }
        return .init(200, [], text: JSONValue.array(entries).text())
    }

    private static func revision(_ name: String, _ commit: String, _ repository: Repository) -> LoopbackServer.Answer {
        let json: JSONValue = [
            "id": .string(name), "sha": .string(commit), "gated": repository.isGated ? "auto" : false, "private": false,
            "disabled": .bool(repository.isDisabled), "lastModified": "2026-05-01T00:00:00.000Z",
        ]
        return .init(200, [("Content-Type", "application/json")], text: json.text())
    }

    private static func tree(_ request: LoopbackServer.Request, _ files: Files, pageSize: Int) -> LoopbackServer.Answer {
        let start = request.target.components(separatedBy: "cursor=").dropFirst().first.flatMap { Int($0) } ?? 0
        let paths = files.keys.sorted().dropFirst(start)
        let entries = paths.prefix(pageSize).map { path -> JSONValue in entry(path, files[path] ?? Data()) }
        let more = "<\(request.path)?recursive=true&cursor=\(start + pageSize)>; rel=\"next\""
        return .init(
            200, paths.count > pageSize ? [("Link", more)] : [],
            text: JSONValue.array([["type": "directory", "path": "x"]] + entries).text())
    }

    private static func entry(_ path: String, _ content: Data) -> JSONValue {
        guard isLarge(path, content) else {
            return ["type": "file", "path": .string(path), "size": .integer(content.count), "oid": .string(blob(content))]
        }
        return [
            "type": "file", "path": .string(path), "size": .integer(content.count), "oid": .string(sha1(content)),
            "lfs": ["oid": .string(sha256(content)), "size": .integer(content.count), "pointerSize": 130],
        ]
    }

    private static func file(
        _ content: Data, _ path: String, _ commit: String, _ request: LoopbackServer.Request, _ store: URL
    ) -> LoopbackServer.Answer {
        let commitHeader = ("X-Repo-Commit", commit)
        guard isLarge(path, content) else {
            var answer = Self.content(content, tag: "\"\(blob(content))\"", for: request)
            answer.headers.append(commitHeader)
            return answer
        }
        let key = sha256(content)
        return .init(
            302,
            [
                commitHeader, ("Location", "\(store)/\(key)"), ("X-Linked-Etag", "\"\(key)\""),
                ("X-Linked-Size", "\(content.count)"),
            ])
    }

    /// The whole, or what `Range` asks for while `If-Range` allows it.
    public static func content(_ content: Data, tag: String, for request: LoopbackServer.Request) -> LoopbackServer.Answer {
        guard let range = request.headers["range"], range.hasPrefix("bytes="),
            let start = Int(range.dropFirst(6).prefix { $0 != "-" }),
            request.headers["if-range"].map({ $0 == tag }) ?? true
        else { return .init(200, [("ETag", tag)], content) }
        guard start < content.count else { return .init(416, [("Content-Range", "bytes */\(content.count)")]) }
        let place = "bytes \(start)-\(content.count - 1)/\(content.count)"
        return .init(206, [("ETag", tag), ("Content-Range", place)], Data(content.dropFirst(start)))
    }

    private static func isLarge(_ path: String, _ content: Data) -> Bool {
        path.hasSuffix(".safetensors") || content.count > 1 << 20
    }

    public static func sha256(_ data: Data) -> String { SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined() }
    private static func sha1(_ data: Data) -> String {
        Insecure.SHA1.hash(data: data).map { String(format: "%02x", $0) }.joined()
    }
    public static func blob(_ data: Data) -> String { sha1(Data("blob \(data.count)\0".utf8) + data) }
}
