import Foundation
import Llama
import StrictJSON

/// A JSON object of a foreign file; every complaint names file and key.
struct ForeignObject {
    var object: JSONObject
    let file: String
    /// What stands before a key in messages.
    let path: String

    /// Far above what lists of modules take; a larger file is not parsed.
    static let sizeLimit = 4 << 20

    /// - Parameter file: where the bytes were read from, for errors.
    init(parsing bytes: Data, file: URL) throws {
        guard let object = try Self.value(bytes, file).objectValue else {
            throw ConfigurationError(.wrongKind(expected: "an object"), file: file.path, key: "")
        }
        self.init(object, file: file.path, path: "")
    }

    private static func value(_ bytes: Data, _ file: URL) throws(JSONError) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: bytes, depthLimit: 16)
        } catch {
            throw JSONError(error.reason, line: error.line, column: error.column, file: file.path)
        }
    }

    private init(_ object: JSONObject, file: String, path: String) {
        self.object = object
        self.file = file
        self.path = path
    }

    func failure(_ reason: ConfigurationError.Reason, _ key: String) -> ConfigurationError {
        ConfigurationError(reason, file: file, key: path + key)
    }

    /// Nil when the key is absent or null.
    func value(_ key: String) -> JSONValue? {
        guard let value = object[key], !value.isNull else { return Optional.none }
        return value
    }

    func text(_ key: String) throws -> String? { try read(key, "a text", \.stringValue) }
    func whole(_ key: String) throws -> Int? { try read(key, "a whole number", \.intValue) }

    func number(_ key: String) throws -> Double? {
        let number = try read(key, "a number", \.doubleValue)
        guard number?.isFinite ?? true else { throw failure(.outOfRange(found: "\(number ?? 0)", allowed: "finite"), key) }
        return number
    }

    func texts(_ key: String) throws -> [String]? {
        guard let value = value(key) else { return nil }
        let texts = value.arrayValue?.compactMap(\.stringValue)
        guard let texts, texts.count == value.arrayValue?.count else {
            throw failure(.wrongKind(expected: "a list of texts"), key)
        }
        return texts
    }

    func section(_ key: String) throws -> ForeignObject? {
        try read(key, "an object", \.objectValue).map { ForeignObject($0, file: file, path: path + key + ".") }
    }

    private func read<Value>(_ key: String, _ kind: String, _ read: (JSONValue) -> Value?) throws -> Value? {
        guard let value = value(key) else { return nil }
        guard let read = read(value) else { throw failure(.wrongKind(expected: kind), key) }
        return read
    }
}
