import Foundation

/// Where the hub is, where its files are kept, and who asks: from the variables that Hugging Face's own tools read.
public struct HubSettings: Sendable, Hashable {
    /// Without a slash at its end.
    public let endpoint: String
    public let cache: URL
    public let token: String?
    public let isOffline: Bool
    /// Nil where the filesystem is said to have no symbolic links.
    public let usesLinks: Bool
    /// For a reply of the interface, and between two pieces of a download.
    public let replyTimeout: Duration
    public let downloadTimeout: Duration

    /// - Throws: `HubError` when neither the cache nor the home folder is named, or the endpoint is no address.
    public init(environment: [String: String]) throws {
        let variables = HubVariables(environment)
        let home = try variables.path("HF_HOME") ?? variables.caches.appending(path: "huggingface")
        cache = try variables.path("HF_HUB_CACHE") ?? variables.path("HUGGINGFACE_HUB_CACHE") ?? home.appending(path: "hub")
        endpoint = try variables.endpoint
        isOffline = variables.flag("HF_HUB_OFFLINE") || variables.flag("TRANSFORMERS_OFFLINE")
        usesLinks = !variables.flag("HF_HUB_DISABLE_SYMLINKS")
        replyTimeout = try variables.seconds("HF_HUB_ETAG_TIMEOUT")
        downloadTimeout = try variables.seconds("HF_HUB_DOWNLOAD_TIMEOUT")
        let file = try variables.path("HF_TOKEN_PATH") ?? home.appending(path: "token")
        let isWanted = !variables.flag("HF_HUB_DISABLE_IMPLICIT_TOKEN")
        token = isWanted ? variables.text("HF_TOKEN") ?? variables.text("HUGGING_FACE_HUB_TOKEN") ?? Self.token(in: file) : nil
    }

    /// The first line of the file in which a login is kept.
    private static func token(in file: URL) -> String? {
        guard let data = FileManager.default.contents(atPath: file.path), data.count < 4096 else { return nil }
        let line = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
        let text = line.trimmingCharacters(in: .whitespaces)
        return text.isEmpty ? nil : text
    }

    var authorization: String? { token.map { "Bearer \($0)" } }
}

private struct HubVariables {
    private let environment: [String: String]

    init(_ environment: [String: String]) { self.environment = environment }

    /// Nil when it is unset or empty.
    func text(_ name: String) -> String? {
        let text = environment[name]?.trimmingCharacters(in: .whitespacesAndNewlines)
        return text?.isEmpty == false ? text : nil
    }

    func flag(_ name: String) -> Bool { ["1", "true", "yes", "on"].contains(text(name)?.lowercased()) }

    func seconds(_ name: String) throws -> Duration {
        guard let text = text(name) else { return .seconds(10) }
        guard let seconds = Double(text), seconds > 0, seconds < 1e6 else { throw HubError.badVariable(name, text) }
        return .milliseconds(Int(seconds * 1000))
    }

    var endpoint: String {
        get throws {
            guard var text = text("HF_ENDPOINT") else { return "https://huggingface.co" }
            while text.hasSuffix("/") { text.removeLast() }
            guard let url = URL(string: text), ["http", "https"].contains(url.scheme?.lowercased()), url.host() != nil else {
                throw HubError.badVariable("HF_ENDPOINT", text)
            }
            return text
        }
    }

    var caches: URL {
        get throws {
            if let folder = try path("XDG_CACHE_HOME") { return folder }
            guard let home = text("HOME") else { throw HubError.noHome }
            return URL(filePath: home).appending(path: ".cache")
        }
    }

    /// With `~` and `$NAME` or `${NAME}` replaced; an unset one stays as it is written.
    func path(_ name: String) throws -> URL? {
        guard var text = text(name) else { return nil }
        if text == "~" || text.hasPrefix("~/") {
            guard let home = self.text("HOME") else { throw HubError.noHome }
            text = home + text.dropFirst()
        }
        let expanded = text.replacing(/\$(?:\{(\w+)\}|(\w+))/) { match in
            environment[String(match.1 ?? match.2 ?? "")] ?? String(match.0)
        }
        return URL(filePath: expanded).absoluteURL
    }
}
