import Adapters
import Foundation
import StrictYAML

extension AdapterRegistry {
    /// What `base-news.yaml` says; nothing where there is no such file.
    ///
    /// - Throws: `YAMLError` or `DeclarationError` with `file:line:key`.
    public func baseNews() throws -> BaseNews {
        guard Foundation.access(layout.baseNews.path, F_OK) == 0 else { return BaseNews() }
        return try YAMLNode(contentsOf: layout.baseNews).section(BaseNewsFile.read)
    }
}

extension RegistryLayout {
    /// Ends of life and families of bases, written by people.
    public var baseNews: URL { root.appending(path: "base-news.yaml") }
}

enum BaseNewsFile {
    static let schema = "lora.base-news/1"

    static func read(_ reader: YAMLReader) throws -> BaseNews {
        guard try reader.required("schema", as: String.self) == schema else {
            throw DeclarationError.badValue(
                place: "\(reader.place(of: "schema"))", what: "This form of the list is not known.",
                next: "Write schema: \(schema).")
        }
        return BaseNews(
            endsOfLife: try reader.list("end_of_life").map { try $0.section(endOfLife) },
            families: try reader.list("families").map { try $0.section(family) })
    }

    private static func endOfLife(_ reader: YAMLReader) throws -> EndOfLife {
        EndOfLife(
            base: try reader.required("base", as: String.self),
            on: try reader.required("on", as: CivilDate.self, form: CivilDate.form),
            because: try reader.optional("because", as: String.self), successor: try reader.optional("successor", as: String.self)
        )
    }

    private static func family(_ reader: YAMLReader) throws -> BaseFamily {
        let pattern = try reader.optional("pattern", as: String.self)
        if let pattern, pattern.split(separator: "/").count != 2 || pattern.count(where: { $0 == "*" }) != 1 {
            throw DeclarationError.badValue(
                place: "\(reader.place(of: "pattern"))", what: "'\(pattern)' is no pattern of names on the hub.",
                next: "Write OWNER/NAME with one * in the place of the version, such as Qwen/Qwen*-0.6B.")
        }
        return BaseFamily(
            name: try reader.required("name", as: String.self),
            members: try reader.list("members").map { try $0.value(as: String.self) }, pattern: pattern)
    }
}
