import Adapters
import Faults
import Foundation
import Metrics
import StrictJSON
import StrictYAML

/// The form of `adapters/NAME.yaml`.
///
/// ```yaml
/// name: ticket-router
/// task: Route a support ticket to the queue that handles it
/// owner: support-platform
/// base: demo-base
/// data:
///   train: data/tickets/train.jsonl
///   held_out: data/tickets/held_out.jsonl
///   keep_rows: false              # for private data: versions.git gets digests alone
/// metric: label_accuracy           # or with options: {name: numeric, tolerance: 0.01}
/// labels: [billing, shipping]     # for label_accuracy and macro_f1
/// slices: [language]              # columns of the rows, by which results are parted
/// prompt: data/tickets/prompt.txt # the instructions that the base works by without an adapter
/// horizon: 9mo
/// policy: default
/// protected: [staging]            # aliases that move by evidence or --force, as production always does
/// training:                       # what differs from the trainer's defaults
///   max_steps: 60
/// overrides:                      # keys of the policy that are set otherwise for this adapter
///   retraining:
///     window:
///       closes: 4mo
/// costs:                          # prices and use that differ from the policy's
///   requests_per_day: 20000
/// ```
enum AdapterDeclarationFile {
    /// - Throws: `YAMLError` with `file:line:key`; `DeclarationError.misnamedFile` when the name is not that of the file.
    static func read(_ file: URL) throws -> AdapterDeclaration {
        try read(YAMLText.contents(of: file), as: file)
    }

    /// Reads a text as it would stand in a file.
    static func read(_ text: String, as file: URL) throws -> AdapterDeclaration {
        let declaration = try YAMLNode(parsing: text, file: file.relativePath).section(declaration)
        guard file.deletingPathExtension().lastPathComponent == declaration.name.text else {
            throw DeclarationError.misnamedFile(place: file.path, declared: declaration.name.text)
        }
        return declaration
    }

    private static func declaration(_ reader: YAMLReader) throws -> AdapterDeclaration {
        let metric = try MetricDeclaration.read(reader.requiredNode("metric"))
        return AdapterDeclaration(
            name: try reader.name("name", AdapterName.init),
            task: try reader.words("task"),
            owner: try reader.words("owner"),
            base: try reader.name("base", BaseName.init),
            data: try reader.required(section: "data") { data in
                DeclaredData(
                    train: try data.required("train", as: String.self), heldOut: try data.required("held_out", as: String.self),
                    keepsRows: try data.optional("keep_rows", as: Bool.self) ?? true)
            },
            metric: metric,
            labels: try labels(reader, metric), slices: try columns(reader),
            prompt: try reader.optional("prompt", as: String.self),
            horizon: try reader.required("horizon", as: CalendarSpan.self, form: CalendarSpan.form),
            policy: try reader.optional("policy", as: String.self) ?? "default",
            training: try settings(reader, "training"), protected: try aliases(reader), costs: try settings(reader, "costs"),
            overrides: try reader.node("overrides").map { try overrides($0, below: "") } ?? [])
    }

    private static func aliases(_ reader: YAMLReader) throws -> [AliasName] {
        try reader.list("protected").map { node in
            let text = try node.value(as: String.self)
            do throws(NameError) {
                return try AliasName(text)
            } catch {
                let explanation = error.explanation
                throw DeclarationError.badValue(place: "\(node.place)", what: explanation.what, next: explanation.next)
            }
        }
    }

    private static func labels(_ reader: YAMLReader, _ metric: TaskMetric) throws -> [String] {
        let labels = try texts(reader, "labels", each: "label")
        guard !metric.usesLabels || labels.count >= 2 else {
            throw DeclarationError.badValue(
                place: "\(reader.place(of: "labels"))",
                what: "The metric \(metric.name.rawValue) needs the labels to choose from.",
                next: "List at least two under 'labels', or use 'metric: exact_match'.")
        }
        return labels
    }

    private static func columns(_ reader: YAMLReader) throws -> [String] { try texts(reader, "slices", each: "column") }

    private static func texts(_ reader: YAMLReader, _ key: String, each: String) throws -> [String] {
        let texts = try reader.list(key).map { node throws(YAMLError) in try node.value(as: String.self) }
        guard Set(texts.map(ByteText.init)).count == texts.count else {
            throw DeclarationError.badValue(
                place: "\(reader.place(of: key))", what: "A \(each) stands twice in the list.", next: "Keep each \(each) once.")
        }
        return texts
    }

    /// Every value of nested sections, under its key with the sections that it stands in.
    private static func overrides(_ node: YAMLNode, below path: String) throws -> [DeclaredSetting] {
        guard case .mapping(let members) = node.content else {
            guard !path.isEmpty else {
                throw YAMLError(.wrongKind(found: "a single value", wanted: "a section of keys"), at: node.place)
            }
            return [DeclaredSetting(key: path, value: try node.json(), place: "\(node.place)")]
        }
        return try members.flatMap { try overrides($0.value, below: path.isEmpty ? $0.key : "\(path).\($0.key)") }
    }

    private static func settings(_ reader: YAMLReader, _ key: String) throws -> [DeclaredSetting] {
        guard let node = reader.node(key) else { return [] }
        guard case .mapping(let members) = node.content else {
            throw YAMLError(.wrongKind(found: "a single value", wanted: "a section of keys"), at: node.place)
        }
        return try members.map { member in
            DeclaredSetting(key: member.key, value: try member.value.json(), place: "\(member.value.place)")
        }
    }
}

extension YAMLReader {
    /// A text with at least one character that can be seen.
    func words(_ key: String) throws -> String {
        let text = try required(key, as: String.self)
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw DeclarationError.badValue(
                place: "\(place(of: key))", what: "Nothing is said under '\(key)'.", next: "Say it in a few words.")
        }
        return text
    }

    /// A name, with the place of the value when it is none.
    func name<Name>(_ key: String, _ parse: (String) throws(NameError) -> Name) throws -> Name {
        let text = try required(key, as: String.self)
        do throws(NameError) {
            return try parse(text)
        } catch {
            let explanation = error.explanation
            throw DeclarationError.badValue(place: "\(place(of: key))", what: explanation.what, next: explanation.next)
        }
    }
}

extension YAMLNode {
    /// The value as JSON: unquoted texts that read as numbers, truth values or null are those, as in YAML's core schema.
    func json() throws(YAMLError) -> JSONValue {
        switch content {
        case .scalar(let text, isQuoted: true): return .string(text)
        case .scalar(let text, isQuoted: false):
            if isNull { return .null }
            if let truth = Bool(yaml: text, isQuoted: false) { return .bool(truth) }
            if let whole = Int(yaml: text, isQuoted: false) { return .integer(whole) }
            if let number = Double(yaml: text, isQuoted: false) { return .number(number) }
            return .string(text)
        case .sequence(let elements):
            var values: [JSONValue] = []
            for element in elements { values.append(try element.json()) }
            return .array(values)
        case .mapping(let members):
            var object = JSONObject()
            for member in members { object[member.key] = try member.value.json() }
            return .object(object)
        }
    }
}
