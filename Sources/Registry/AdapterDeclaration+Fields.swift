import Adapters
import Digests
import Foundation
import Metrics
import StrictJSON

/// A declaration as fields, for the book of those that were read before: reading it back takes a hundredth of the time of its YAML. What a
/// catalogue shows comes first.
extension AdapterDeclaration {
    /// Another number for another list of fields.
    static let fieldsForm = "declarations/6"

    /// - Parameter folder: that the declarations lie in, which the places of settings begin with.
    func fields(in folder: String) -> ArraySlice<UInt8> {
        var writer = FieldWriter()
        summary.write(to: &writer)
        writer.add(data.train)
        writer.add(data.heldOut)
        writer.add(data.keepsRows ? 1 : 0)
        writer.add(labels.count)
        for label in labels { writer.add(label) }
        writer.add(metric.json.text())
        writer.add(slices.count)
        for column in slices { writer.add(column) }
        writer.add(prompt == nil ? 0 : 1)
        writer.add(prompt ?? "")
        for settings in [training, costs, overrides] { write(settings, to: &writer, in: folder) }
        writer.add(protected.count)
        for alias in protected { writer.add(alias.text) }
        return writer.bytes
    }

    private func write(_ settings: [DeclaredSetting], to writer: inout FieldWriter, in folder: String) {
        writer.add(settings.count)
        for setting in settings {
            let isWithin = setting.place.hasPrefix(folder)
            writer.add(setting.key)
            writer.add(setting.value.text())
            writer.add(isWithin ? 1 : 0)
            writer.add(isWithin ? String(setting.place.dropFirst(folder.count)) : setting.place)
        }
    }

    /// Nil when these are not the fields of a declaration.
    init?(fields: ArraySlice<UInt8>, in folder: String) {
        var reader = FieldReader(fields)
        guard let summary = DeclarationSummary(&reader), let train = reader.text(), let heldOut = reader.text(),
            let keepsRows = reader.number(), let labels = reader.list({ $0.text() }),
            let metric = reader.json().flatMap({ TaskMetric(json: $0) }), let slices = reader.list({ $0.text() }),
            let hasPrompt = reader.number(), let prompt = reader.text(),
            let training = reader.list({ DeclaredSetting(&$0, in: folder) }),
            let costs = reader.list({ DeclaredSetting(&$0, in: folder) }),
            let overrides = reader.list({ DeclaredSetting(&$0, in: folder) }),
            let protected = reader.list({ $0.name(AliasName.init) }), reader.isAtEnd
        else { return nil }
        self.init(
            name: summary.name, task: summary.task, owner: summary.owner, base: summary.base,
            data: DeclaredData(train: train, heldOut: heldOut, keepsRows: keepsRows != 0), metric: metric,
            labels: labels, slices: slices, prompt: hasPrompt == 0 ? nil : prompt, horizon: summary.horizon,
            policy: summary.policy, training: training, protected: protected,
            costs: costs, overrides: overrides)
    }
}

extension DeclarationSummary {
    var fields: ArraySlice<UInt8> {
        var writer = FieldWriter()
        write(to: &writer)
        return writer.bytes
    }

    fileprivate func write(to writer: inout FieldWriter) {
        for text in [name.text, task, owner, base.text, metric.rawValue, "\(horizon)", policy] { writer.add(text) }
    }

    /// Nil when these are not the fields of a declaration.
    init?(fields: ArraySlice<UInt8>) {
        var reader = FieldReader(fields)
        self.init(&reader)
    }

    fileprivate init?(_ reader: inout FieldReader) {
        guard let name = reader.name(AdapterName.init), let task = reader.text(), let owner = reader.text(),
            let base = reader.name(BaseName.init), let metric = reader.text().flatMap(TaskMetric.Name.init),
            let horizon = reader.text().flatMap({ CalendarSpan($0) }), let policy = reader.text()
        else { return nil }
        self.init(name: name, task: task, owner: owner, base: base, metric: metric, horizon: horizon, policy: policy)
    }
}

extension DeclaredSetting {
    fileprivate init?(_ reader: inout FieldReader, in folder: String) {
        guard let key = reader.text(), let value = reader.json(), let isWithin = reader.number(), let place = reader.text()
        else { return nil }
        self.init(key: key, value: value, place: isWithin == 1 ? folder + place : place)
    }
}

extension FieldReader {
    fileprivate mutating func name<Name>(_ parse: (String) throws(NameError) -> Name) -> Name? {
        guard let text = text() else { return nil }
        do throws(NameError) { return try parse(text) } catch { return nil }
    }

    fileprivate mutating func json() -> JSONValue? {
        guard let text = text() else { return nil }
        do throws(JSONError) { return try JSONValue(parsing: text) } catch { return nil }
    }

    fileprivate mutating func list<Element>(_ element: (inout FieldReader) -> Element?) -> [Element]? {
        guard let count = number(), count >= 0 else { return nil }
        var elements: [Element] = []
        for _ in 0..<count {
            guard let next = element(&self) else { return nil }
            elements.append(next)
        }
        return elements
    }
}
