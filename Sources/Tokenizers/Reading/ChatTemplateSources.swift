import Foundation
import StrictJSON

/// The chat templates a folder brings.
public struct ChatTemplateSources: Sendable, Hashable {
    public let `default`: String?
    /// All templates with a name, such as "tool_use" or "rag".
    public let named: [String: String]

    public init(default: String?, named: [String: String] = [:]) {
        self.default = `default`
        self.named = named
    }

    /// The template for a conversation that offers tools: "tool_use" where there is one.
    public var forTools: String? { named["tool_use"] ?? `default` }
}

extension ChatTemplateSources {
    /// Template files take the place of everything tokenizer_config.json holds: chat_template.jinja is the default,
    /// additional_chat_templates/NAME.jinja are the others.
    init(folder: URL, configuration: JSONValue?) throws {
        var templates = try Self.files(in: folder)
        if templates.isEmpty, let configuration {
            templates = try Self.templates(in: configuration, file: folder.appending(path: "tokenizer_config.json").path)
        }
        self.init(default: templates["default"], named: templates.filter { $0.key != "default" })
    }

    private static func files(in folder: URL) throws -> [String: String] {
        var templates: [String: String] = [:]
        let main = folder.appending(path: "chat_template.jinja")
        if FileManager.default.fileExists(atPath: main.path) { templates["default"] = try text(of: main) }
        let others = folder.appending(path: "additional_chat_templates")
        guard FileManager.default.fileExists(atPath: others.path) else { return templates }
        for name in try FileManager.default.contentsOfDirectory(atPath: others.path) where name.hasSuffix(".jinja") {
            templates[String(name.dropLast(".jinja".count))] = try text(of: others.appending(path: name))
        }
        return templates
    }

    private static func text(of file: URL) throws -> String {
        guard let text = String(validating: try Data(contentsOf: file), as: UTF8.self) else {
            throw TokenizerError(.wrongType(expected: "UTF-8 text"), file: file.path)
        }
        return text
    }

    private static func templates(in value: JSONValue, file: String) throws(TokenizerError) -> [String: String] {
        if let single = value.stringValue { return ["default": single] }
        let component = try Component(.object(JSONObject([("chat_template", value)])), file: file, path: "")
        var templates: [String: String] = [:]
        for entry in try component.components("chat_template") {
            templates[try entry.string("name")] = try entry.string("template")
        }
        return templates
    }
}
