import Testing

@testable import Llama

/// Expected answers are those of Python's `re.fullmatch`.
@Suite struct ModuleExpressionTests {
    static let query = "model.layers.0.self_attn.q_proj"

    @Test(
        arguments: [
            (".*q_proj", true), ("q_proj", false), (#".*\.(0|1)\.self_attn\.(q|v)_proj"#, true), (#".*\.[1-9]\..*"#, false),
            (#".*\.\d+\.(?:self_attn|mlp)\.[a-z]+_proj"#, true), (#"model\.layers\.\d{1}\..+"#, true),
            (#"model\.layers\.\d{2,}\..+"#, false),
            (#".*?(?:self_attn|attn).*?(?:k_proj|q_proj).*?"#, true),
            (#"(?:\bmodel\.layers\.[\d]{1,}\.(?:self_attn)\.(?:(?:q_proj)))"#, true),
            (#"^(?!.*visual).*(?:q_proj|v_proj)$"#, true), (#"^(?!.*self_attn).*q_proj"#, false),
            (#"(?=.*layers).*q_proj"#, true),
            (#".*[^v]_proj"#, true), (#".*[^q]_proj"#, false), ("", false), (".*|x", true), ("x|", false), (#".*\Bproj"#, true),
            (#".*\bproj"#, false),
            (#"(model|layers|\.|\d|self_attn|q_proj)*"#, true), (#"m(o?d?e?l?){0,3}.*"#, true), (#".*[\w.]{3}"#, true),
            ("[]m]odel.*", true),
            (#"model\.layers\.0\.self\_attn.*"#, true),
        ]) func itMatchesAsPythonDoes(_ expression: String, _ isMatch: Bool) throws
    {
        #expect(try ModuleExpression(expression).matches(Self.query) == isMatch)
    }

    @Test(
        arguments: [
            "(", ")", "[", "[z-a]", "a**", "*", "a{2", "a{3,2}", #"(a)\1"#, "(?<=a)b", "(?P<n>a)", "(?i)a", "a++", #"\q"#,
            "a{9999}{9999}",
            String(repeating: "(", count: 100) + String(repeating: ")", count: 100), String(repeating: "a{999}", count: 9),
            "(?=(?=(?=a)))a",
        ]) func whatCannotBeFollowedIsRefused(_ expression: String)
    {
        #expect(throws: AdapterError.badPattern(expression)) { try ModuleExpression(expression) }
    }

    /// A backtracking matcher takes 2⁶⁰ steps for these.
    @Test(
        arguments: [
            "(a+)+b", "(a|a)*b", "(a*)*b", "(.*)*(.*)*(.*)*b", "(a?){60}a{60}b", "(?=(a+)+b)(a+)+b",
            String(repeating: ".*", count: 60) + "b",
        ]) func noExpressionTakesLong(_ expression: String) throws
    {
        #expect(try !ModuleExpression(expression).matches(String(repeating: "a", count: 60)))
    }
}
