import Digests
import Foundation
import Testing

@testable import Reports

@Suite struct ReportPageTests {
    private static let hostile = "</td><script>alert(1)</script> <img src=http://x onerror=y> \u{202E}gnp.exe \u{0} & \"quoted\""

    private func report(steps: Int = 10_000, _ text: String = hostile) -> Report {
        let loss = Chart.Curve(
            "training loss", (1...steps).map { Chart.Point($0, 2 / Double($0).squareRoot() + Double($0 % 7) / 50) })
        let blocks: [Report.Block] = [
            .paragraph(text), .facts([.init("task", text)]),
            .table(.init(["row", text], [["1", text]], numeric: [0], caption: text)),
            .findings([.init(.passed, text, remark: text), .init(.failed, "b"), .init(.open, "c")]),
            .chart(Chart("Loss", [loss, Chart.Curve(text, [.init(1, 1), .init(steps, 0.5)])])), .chart(Chart("empty", [])),
            .folded(text, [.paragraph("inside")]),
        ]
        return Report(title: text, subtitle: text, sections: [.init(text, blocks), .init("Other", [])], origin: text)
    }

    @Test func nothingFromOutsideBecomesMarkup() throws {
        let text = ReportPage(report()).text
        #expect(!text.contains("<script") && !text.contains("<img") && !text.contains("\u{202E}") && !text.contains("\0"))
        #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && text.contains("[U+202E]"))
        try requireBalanced(text)
    }

    /// Every element that begins ends, in order; attributes are quoted.
    private func requireBalanced(_ text: String) throws {
        var open: [Substring] = []
        for match in text.matches(of: /<(\/?)([a-z0-9]+)((?: [a-zA-Z0-9-]+="[^"<>]*")*)>/) {
            let name = match.output.2
            if match.output.1.isEmpty {
                if name != "meta" { open.append(name) }
            } else {
                #expect(open.popLast() == name)
            }
        }
        #expect(open.isEmpty)
        let outside = text.replacing(/<!DOCTYPE html>|<(\/?)([a-z0-9]+)((?: [a-zA-Z0-9-]+="[^"<>]*")*)>/, with: "")
        #expect(!outside.contains("<"), "no bracket is left that is no element")
    }

    @Test func nothingIsLoadedAndThePolicyForbidsIt() throws {
        let text = ReportPage(report(steps: 50, "plain")).text
        for word in ["http://", "https://", "src=", "url(", "@import", "javascript:", "style=\""] {
            #expect(!text.contains(word), "\(word)")
        }
        #expect(!text.contains(/<[^>]* on[a-z]+=/))
        let policy = try #require(text.firstMatch(of: /Content-Security-Policy" content="([^"]*)"/)).output.1
        let style = try #require(text.firstMatch(of: /<style>([^<]*)<\/style>/)).output.1
        let digest = ContentDigest.bytes(of: Data(style.utf8)).base64EncodedString()
        #expect(policy == "default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'")
    }

    @Test func tenThousandStepsStaySmall() {
        #expect(ReportPage(report()).text.utf8.count < 60_000)
    }

    @Test func chartsSayInWordsWhatTheyShow() {
        let text = ReportPage(report(steps: 100, "plain")).text
        #expect(text.contains("training loss goes from 2.02 to 0.24"))
        #expect(text.contains("steps 1 to 100"))
    }
}
