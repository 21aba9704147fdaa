import Adapters
import Policies
import StrictJSON
import Testing

@Suite struct VerdictJSONTests {
    private let now = Timestamp(secondsSinceEpoch: 1_777_629_600)

    /// Written by hand from the command contract.
    @Test func aVerdictIsWrittenInTheContractsWords() throws {
        let policy = try ShippedPolicy.default.load()
        let facts = FineTuningFacts(
            baseError: MeasuredRate(0.22), effectiveExamples: 120, horizon: CalendarSpan("9mo"),
            signals: SignalFacts(promptTokens: 2_400))
        let wanted = #"""
            {"schema":"lora.verdict/1","verdict":"no","rules":[\#
            {"rule":"base_error","input":0.22,"threshold":0.15,"passed":true,"flip":\#
            {"relation":"at_most","value":0.15,"words":"Fails with a base error of 15 % or less."},\#
            "outcome":"passed","reason":"The base's error of 22 % is above 15 %."},\#
            {"rule":"examples","input":120,"threshold":500,"passed":false,"flip":\#
            {"relation":"at_least","value":500,"words":"Passes with 380 more examples, 500 in all."},\#
            "outcome":"failed","reason":"There are only 120 effective examples; 500 are needed."},\#
            {"rule":"horizon","input":"9mo","threshold":"6mo","passed":true,"flip":\#
            {"relation":"below","value":"6mo","words":"Fails with a horizon shorter than 6mo."},\#
            "outcome":"passed","reason":"The horizon of 9mo reaches the required 6mo."}],\#
            "reasons":["The base's error of 22 % is above 15 %.","There are only 120 effective examples; 500 are needed.",\#
            "The horizon of 9mo reaches the required 6mo."],\#
            "alternatives":[{"action":"collect_examples","words":"Collect 380 more examples first.","count":380}],\#
            "needs":[],"signals":[{"signal":"prompt_length","input":2400,"threshold":2000,"favours":true,\#
            "words":"The prompt takes 2,400 tokens, more than 2,000."}],\#
            "base_error_interval":null,"policy":{"name":"default","digest":"d"}}
            """#
        let verdict = policy.judgeFineTuning(facts, now: now)
        let stamped = Verdict(
            answer: verdict.answer, rules: verdict.rules, reasons: verdict.reasons, alternatives: verdict.alternatives,
            needs: verdict.needs, signals: verdict.signals, baseErrorInterval: verdict.baseErrorInterval,
            policy: PolicyStamp(name: "default", digest: "d"))
        #expect(stamped.json.text() == wanted)
    }

    @Test func aMeasuredVerdictNamesTheRowsThatWouldSettleIt() throws {
        let policy = try ShippedPolicy.default.load()
        let facts = FineTuningFacts(
            baseError: MeasuredRate(errors: 33, rows: 200), effectiveExamples: 800, horizon: CalendarSpan("9mo"))
        let json = policy.judgeFineTuning(facts, now: now).json
        #expect(json["rules"]?.arrayValue?.first?["passed"] == .null)
        // t + z·√(t(1 − t)/n) = 0.199486664…, by SciPy, rounded up.
        #expect(json["rules"]?.arrayValue?.first?["flip"]?["value"] == .number(0.199487))
        #expect(json["needs"]?.arrayValue?.first?["rows"] == .integer(1_977))
        // statsmodels: 0.11996855…, 0.22265781….
        let wanted = #"{"rows":200,"confidence":0.95,"lower":0.119969,"upper":0.222658,"leans":"above","measured_at":null}"#
        #expect(json["base_error_interval"]?.text() == wanted)
    }

    @Test(arguments: ShippedPolicy.allCases)
    func theSameFactsGiveTheSameBytes(shipped: ShippedPolicy) throws {
        let (one, other) = (try shipped.load(), try shipped.load())
        var random = SeededFacts(seed: 3)
        for _ in 0..<100 {
            let facts = random.facts()
            #expect(one.judgeFineTuning(facts, now: now).json.data() == other.judgeFineTuning(facts, now: now).json.data())
        }
    }
}
