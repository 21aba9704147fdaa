import Adapters
import Foundation
import Training

/// The suites of `suites/`, compiled in: small, made for this program, and about nothing in particular.
enum ShippedSuites {
    private static let texts: [(name: String, metric: SuiteMetric, rows: [UInt8])] = [
        ("arithmetic", .task(.exactMatch), PackageResources.arithmetic_jsonl),
        ("formats", .task(.exactMatch), PackageResources.formats_jsonl),
        ("instructions", .task(.exactMatch), PackageResources.instructions_jsonl),
        ("text", .perplexity, PackageResources.text_jsonl),
    ]

    static let names = texts.map(\.name)

    static func all() throws -> [Suite] {
        try texts.map { text in
            try Suite(
                SuiteName(text.name), text.metric, .shipped, rows: Data(text.rows), path: "suites/\(text.name).jsonl")
        }
    }
}
