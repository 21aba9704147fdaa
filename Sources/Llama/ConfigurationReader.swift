import Foundation
import StrictJSON

/// Typed access to the keys of a JSON object; every complaint names file and key.
struct ConfigurationReader {
    let object: JSONObject
    let file: String
    /// What stands before a key in messages: `rope_scaling.`.
    let path: String

    init(object: JSONObject, file: String, path: String = "") {
        self.object = object
        self.file = file
        self.path = path
    }

    init(contentsOf url: URL) throws {
        guard let object = try JSONValue(contentsOf: url).objectValue else {
            throw ConfigurationError(.wrongKind(expected: "an object"), file: url.path, key: "")
        }
        self.init(object: object, file: url.path)
    }

    func failure(_ reason: ConfigurationError.Reason, _ key: String) -> ConfigurationError {
        ConfigurationError(reason, file: file, key: path + key)
    }

    /// Nil when the key is absent or null.
    func value(_ key: String) -> JSONValue? {
        guard let value = object[key], !value.isNull else { return Optional.none }
        return value
    }

    func int(_ key: String, in allowed: ClosedRange<Int> = 0...Int(Int32.max)) throws -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.intValue else { throw failure(.wrongKind(expected: "a whole number"), key) }
        guard allowed.contains(number) else {
            throw failure(.outOfRange(found: "\(number)", allowed: "from \(allowed.lowerBound) to \(allowed.upperBound)"), key)
        }
        return number
    }

    func requiredInt(_ key: String, in allowed: ClosedRange<Int>) throws -> Int {
        guard let number = try int(key, in: allowed) else { throw failure(.missing, key) }
        return number
    }

    func double(_ key: String, above bound: Double? = nil) throws -> Double? {
        guard let value = value(key) else { return nil }
        guard let number = value.doubleValue else { throw failure(.wrongKind(expected: "a number"), key) }
        guard number.isFinite, bound.map({ number > $0 }) ?? true else {
            throw failure(.outOfRange(found: "\(number)", allowed: bound.map { "above \($0)" } ?? "finite"), key)
        }
        return number
    }

    func requiredDouble(_ key: String, above bound: Double) throws -> Double {
        guard let number = try double(key, above: bound) else { throw failure(.missing, key) }
        return number
    }

    func bool(_ key: String) throws -> Bool? {
        guard let value = value(key) else { return nil }
        guard let flag = value.boolValue else { throw failure(.wrongKind(expected: "true or false"), key) }
        return flag
    }

    func string(_ key: String) throws -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.stringValue else { throw failure(.wrongKind(expected: "a text"), key) }
        return text
    }

    /// The reader of a nested object.
    func nested(_ key: String) throws -> ConfigurationReader? {
        guard let value = value(key) else { return nil }
        guard let object = value.objectValue else { throw failure(.wrongKind(expected: "an object"), key) }
        return ConfigurationReader(object: object, file: file, path: path + key + ".")
    }

    func list<Element>(_ key: String, _ kind: String, _ element: (JSONValue) -> Element?) throws -> [Element]? {
        guard let value = value(key) else { return nil }
        guard let elements = value.arrayValue?.map(element), !elements.contains(where: { $0 == nil }) else {
            throw failure(.wrongKind(expected: "a list of \(kind)"), key)
        }
        return elements.compactMap { $0 }
    }

    /// One token id or a list of them.
    func tokens(_ key: String) throws -> [Int32] {
        guard let value = value(key) else { return [] }
        let numbers = value.arrayValue?.map(\.intValue) ?? [value.intValue]
        return try numbers.map { number in
            guard let number, let token = Int32(exactly: number), token >= 0 else {
                throw failure(.wrongKind(expected: "a token id or a list of them"), key)
            }
            return token
        }
    }
}
