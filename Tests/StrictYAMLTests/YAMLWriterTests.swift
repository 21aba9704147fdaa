import StrictJSON
import StrictYAML
import Testing

@Suite struct YAMLWriterTests {
    /// A text stays unquoted only where every reader takes it for a text.
    @Test(
        arguments: [
            ("9mo", "9mo"), ("2y", "2y"), ("ticket-router", "ticket-router"), ("a b", "a b"), ("1e3", "\"1e3\""),
            ("0x1F", "\"0x1F\""), ("0o7", "\"0o7\""), ("12", "\"12\""), ("yes", "\"yes\""), ("", "\"\""),
            ("2026-05-01", "\"2026-05-01\""), ("a: b", "\"a: b\""),
        ])
    func textsAreQuotedWhereTheyCouldBeTakenForSomethingElse(_ text: String, _ written: String) throws {
        var writer = YAMLWriter()
        writer.add("key", .string(text))
        #expect(writer.text == "key: \(written)\n")
        let read = try YAMLNode(parsing: writer.text, file: "x").section { try $0.required("key", as: String.self) }
        #expect(read == text)
    }
}
