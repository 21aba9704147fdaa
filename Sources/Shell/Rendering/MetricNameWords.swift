import Metrics
import StrictJSON

enum MetricNameWords {
    /// The name, and what it was told.
    static func text(_ metric: TaskMetric) -> String {
        let options = metric.options.map { "\($0.key): \($0.value.stringValue ?? $0.value.text())" }
        return metric.name.rawValue + (options.isEmpty ? "" : " (\(options.joined(separator: ", ")))")
    }
}
