import Adapters
import Testing

@Suite struct CalendarSpanTests {
    @Test(arguments: ["0d", "90d", "6w", "9mo", "2y", "100000mo"])
    func spansReadAndWriteThemselves(text: String) throws {
        #expect(try #require(CalendarSpan(text)).description == text)
    }

    @Test(arguments: [
        "", "9", "mo", "9m", "-3mo", "+3mo", "9 mo", "9Mo", "1.5y", "9mo ", "100001d", "99999999999999999999d", "٣d",
    ])
    func otherTextsAreNoSpans(text: String) {
        #expect(CalendarSpan(text) == nil)
    }

    @Test func spansAreComparedByMeanLength() throws {
        func span(_ text: String) throws -> CalendarSpan { try #require(CalendarSpan(text)) }
        #expect(try span("12mo") == span("1y"))
        #expect(try span("2w") == span("14d"))
        #expect(try span("180d") < span("6mo"))
        #expect(try span("183d") > span("6mo"))
        #expect(try span("365d") < span("1y"))
        #expect(try span("366d") > span("1y"))
        #expect(try Set([span("12mo"), span("1y"), span("24mo")]).count == 2)
    }
}
