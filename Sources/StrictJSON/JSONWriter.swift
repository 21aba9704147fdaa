import Foundation

/// How a value becomes text.
public struct JSONLayout: Sendable, Hashable {
    /// Spaces per level; nil writes everything on one line without spaces.
    public let indent: Int?
    public let sortsKeys: Bool

    public init(indent: Int?, sortsKeys: Bool) {
        self.indent = indent
        self.sortsKeys = sortsKeys
    }

    public static let compact = JSONLayout(indent: nil, sortsKeys: false)
    public static let pretty = JSONLayout(indent: 2, sortsKeys: false)
}

extension JSONValue {
    /// The value as JSON text: the same value and layout always give the same bytes.
    ///
    /// Fractions take their shortest text that reads back equal; a number that is not finite becomes `null`, since JSON has none.
    public func text(_ layout: JSONLayout = .compact) -> String {
        var writer = JSONWriter(layout: layout)
        writer.write(self, level: 0)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    public func data(_ layout: JSONLayout = .compact) -> Data { Data(text(layout).utf8) }
}

private struct JSONWriter {
    let layout: JSONLayout
    var bytes: [UInt8] = []

    mutating func write(_ value: JSONValue, level: Int) {
        switch value {
        case .null: put("null")
        case .bool(let value): put(value ? "true" : "false")
        case .integer(let value): put(String(value))
        case .number(let value): put(value.isFinite ? "\(value)" : "null")
        case .string(let value): write(value)
        case .array(let elements):
            list("[", "]", elements, level: level) { writer, element in writer.write(element, level: level + 1) }
        case .object(let object):
            let keys = layout.sortsKeys ? object.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } : object.keys
            list("{", "}", keys, level: level) { writer, key in
                writer.write(key)
                writer.put(writer.layout.indent == nil ? ":" : ": ")
                writer.write(object[key] ?? .null, level: level + 1)
            }
        }
    }

    private mutating func list<Element>(
        _ opening: String, _ closing: String, _ elements: [Element], level: Int,
        _ body: (inout JSONWriter, Element) -> Void
    ) {
        put(opening)
        for (index, element) in elements.enumerated() {
            if index > 0 { put(",") }
            breakLine(level + 1)
            body(&self, element)
        }
        if !elements.isEmpty { breakLine(level) }
        put(closing)
    }

    private mutating func breakLine(_ level: Int) {
        guard let indent = layout.indent else { return }
        put("\n" + String(repeating: " ", count: indent * level))
    }

    private mutating func write(_ text: String) {
        put("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): put("\\\"")
            case UInt8(ascii: "\\"): put("\\\\")
            case 0x08: put("\\b")
            case 0x09: put("\\t")
            case 0x0A: put("\\n")
            case 0x0C: put("\\f")
            case 0x0D: put("\\r")
            case 0..<0x20: put("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        put("\"")
    }

    private mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
