import Foundation
import StrictJSON

/// What of a base's JSON means something.
enum BaseFields {
    /// Fields that tell which program wrote a configuration, and from where; nothing is computed by them.
    static let writtenBy: Set<String> = ["transformers_version", "_name_or_path", "_commit_hash", "_from_model_config"]
    static let tokenizerWrittenBy = writtenBy.union(["name_or_path", "special_tokens_map_file", "tokenizer_file"])
    /// The name that a field had before, and its name now. Another value is no cosmetic change: what nothing else is said about is
    /// stored and computed in that type.
    static let dtype = ("torch_dtype", "dtype")

    struct NotAnObject: Error {}

    /// - Throws: `JSONError`, or `NotAnObject`.
    static func object(_ data: Data, without names: Set<String>, alias: (old: String, new: String)? = nil) throws -> JSONValue {
        guard let object = try JSONValue(parsing: data).objectValue else { throw NotAnObject() }
        let members = object.members.filter { !names.contains($0.0) }.map { key, value in
            (key == alias?.old && object[alias?.new ?? ""] == nil ? alias?.new ?? key : key, normal(value))
        }
        return .object(JSONObject(members))
    }

    static func value(_ data: Data) throws -> JSONValue { normal(try JSONValue(parsing: data)) }

    /// Merges are written as `"a b"` or as `["a", "b"]`, by the version of the library alone.
    static func tokenizer(_ data: Data) throws -> JSONValue {
        let value = try value(data)
        guard var whole = value.objectValue, var model = whole["model"]?.objectValue, let merges = model["merges"]?.arrayValue
        else { return value }
        model["merges"] = .array(merges.map(pair))
        whole["model"] = .object(model)
        return .object(whole)
    }

    private static func pair(_ merge: JSONValue) -> JSONValue {
        guard let parts = merge.stringValue?.split(separator: " ", omittingEmptySubsequences: false), parts.count == 2 else {
            return merge
        }
        return .array(parts.map { .string(String($0)) })
    }

    /// Which shard holds which tensor; the rest of an index only counts bytes.
    static func shards(_ data: Data) throws -> JSONValue {
        guard let map = try JSONValue(parsing: data)["weight_map"] else { throw NotAnObject() }
        return map
    }

    /// `10000` and `10000.0` are one number.
    private static func normal(_ value: JSONValue) -> JSONValue {
        switch value {
        case .number(let number): Int(exactly: number).map { .integer($0) } ?? value
        case .array(let elements): .array(elements.map(normal))
        case .object(let object): .object(JSONObject(object.members.map { ($0.0, normal($0.1)) }))
        default: value
        }
    }
}

/// The chat template that holds in a folder: `chat_template.jinja`, else what `tokenizer_config.json` or `chat_template.json` says.
enum ChatTemplateText: Equatable {
    case known(JSONValue?)
    /// A file that may hold it is not at hand or not in its form.
    case unknown

    /// - Parameter file: nil where there is no such file, nil within where its content is not at hand.
    init(_ file: (String) -> Data??) {
        if let jinja = file("chat_template.jinja") {
            // one line's end at the end of a template is not part of what it writes
            let text = jinja.map { String(decoding: $0, as: UTF8.self) }
            self = text.map { .known(.string($0.hasSuffix("\n") ? String($0.dropLast()) : $0)) } ?? .unknown
            return
        }
        for name in ["tokenizer_config.json", "chat_template.json"] {
            guard let content = file(name) else { continue }
            guard let content, let template = Self.field(content) else {
                self = .unknown
                return
            }
            guard case .some(let value) = template else { continue }
            self = .known(value.stringValue.map { .string($0.hasSuffix("\n") ? String($0.dropLast()) : $0) } ?? value)
            return
        }
        self = .known(nil)
    }

    /// Nil when it is no JSON, nil within when there is no such field.
    private static func field(_ content: Data) -> JSONValue?? {
        do {
            let value = try JSONValue(parsing: content)["chat_template"]
            return .some(value?.isNull == true ? nil : value)
        } catch {
            return nil
        }
    }
}

/// The words of a licence, however its lines are broken.
enum LicenceWords {
    static func of(_ text: Data) -> [Data.SubSequence] { text.split { $0 == 0x20 || (0x09...0x0D).contains($0) } }
}

/// What the front matter of a model card says of the licence.
struct CardLicence: Equatable {
    private static let keys = ["license", "license_name", "license_link"]
    private var lines: [String] = []

    init(_ card: Data) {
        let text = String(decoding: card, as: UTF8.self).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard text.first?.trimmingCharacters(in: .whitespaces) == "---" else { return }
        var isWithin = false
        for line in text.dropFirst() {
            if line.trimmingCharacters(in: .whitespaces) == "---" { break }
            let isContinued = line.hasPrefix(" ") || line.hasPrefix("-")
            if !isContinued { isWithin = Self.keys.contains { line.hasPrefix("\($0):") } }
            guard isWithin else { continue }
            lines.append(line.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" })
        }
        lines.sort()
    }
}
