import Digests
import Foundation

/// A report as one HTML file: inline style and SVG, no script, nothing loaded from anywhere, and a policy that forbids both.
public struct ReportPage: Sendable {
    /// What made it, as the page says itself.
    static let generator = "lora report"
    private let report: Report

    public init(_ report: Report) { self.report = report }

    /// The same report gives the same bytes.
    public var text: String { "<!DOCTYPE html>\n\(page.text)\n" }

    private var page: Markup {
        .element("html", [.init("lang", "en")], [.element("head", head), .element("body", body)])
    }

    private var head: [Markup] {
        func meta(_ name: String, _ content: String) -> Markup {
            .element("meta", [.init("name", name), .init("content", content)], [])
        }
        return [
            .element("meta", [.init("charset", "utf-8")], []),
            .element("meta", [.init("http-equiv", "Content-Security-Policy"), .init("content", policy)], []),
            meta("generator", Self.generator), meta("viewport", "width=device-width, initial-scale=1"),
            meta("referrer", "no-referrer"), .element("title", report.title), .element("style", Self.style),
        ]
    }

    /// Nothing but the style above, which is known by its digest.
    private var policy: String {
        let digest = ContentDigest.bytes(of: Data(Markup.text(Self.style).text.utf8)).base64EncodedString()
        return "default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'"
    }

    private var body: [Markup] {
        let contents = report.sections.enumerated().map { number, section in
            Markup.element("li", [.element("a", [.init("href", "#s\(number)")], [.text(section.title)])])
        }
        return [
            .element("header", [.element("h1", report.title), .element("p", report.subtitle)]),
            .element("nav", [.init("aria-label", "Sections")], [.element("ul", contents)]),
            .element("main", report.sections.enumerated().map { section($1, number: $0) }),
            .element("footer", [.element("p", report.origin)]),
        ]
    }

    private func section(_ section: Report.Section, number: Int) -> Markup {
        .element(
            "section", [.init("id", "s\(number)")], [.element("h2", section.title)] + section.blocks.compactMap(block))
    }

    private func block(_ block: Report.Block) -> Markup? {
        switch block {
        case .paragraph(let words): .element("p", words)
        case .facts(let facts):
            .element("dl", facts.flatMap { [.element("dt", $0.name), .element("dd", [.element("bdi", $0.value)])] })
        case .table(let table): self.table(table)
        case .findings(let findings): .element("ul", class: "findings", findings.map(finding))
        case .chart(let chart): ChartDrawing(chart).markup
        case .folded(let summary, let blocks):
            .element("details", [.element("summary", summary)] + blocks.compactMap(self.block))
        }
    }

    private func table(_ table: Report.Table) -> Markup {
        func cells(_ name: Markup.StaticName, _ texts: [String]) -> [Markup] {
            texts.enumerated().map { column, text in
                let style = table.numeric.contains(column) ? [Markup.Attribute("class", "number")] : []
                return .element(name, style, [.element("bdi", text)])
            }
        }
        let header = Markup.element("thead", [.element("tr", cells("th", table.header))])
        let rows = Markup.element("tbody", table.rows.map { .element("tr", cells("td", $0)) })
        let caption = table.caption.map { [Markup.element("caption", $0)] } ?? []
        // a wide table scrolls by itself, also by keys
        return .element(
            "div",
            [
                .init("class", "wide"), .init("tabindex", "0"), .init("role", "region"),
                .init("aria-label", table.caption ?? "Table"),
            ],
            [.element("table", caption + [header, rows])])
    }

    private func finding(_ finding: Report.Finding) -> Markup {
        let style: String =
            switch finding.mark {
            case .passed: "passed"
            case .failed: "failed"
            case .open: "open"
            }
        let remark = finding.remark.map { [Markup.element("small", $0)] } ?? []
        return .element(
            "li", [.init("class", style)],
            [
                .element(
                    "span", [.init("class", "mark"), .init("role", "img"), .init("aria-label", style)],
                    [.text(finding.mark.rawValue)]),
                .element("span", [.text(finding.words)] + remark),
            ])
    }
}
