import Adapters
import Foundation
import Training

/// Numbers with a fixed number of decimals, the same in every locale.
enum Decimals {
    static func text(_ value: Double, _ places: Int) -> String {
        String(format: "%.\(places)f", locale: Locale(identifier: "en_US_POSIX"), value)
    }

    /// A share as verdicts write it, `15.43 %`: one measurement reads the same everywhere.
    static func percent(_ share: Double) -> String { RuleValue.rate(share).words }

    /// A size as people say it: `1.2 GB`, `48.0 kB`.
    static func bytes(_ count: Int) -> String { "\(ByteCount(count))" }

    /// Seconds as people say them: `48 s`, `3 min 20 s`, `2 h 5 min`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        return switch whole {
        case ..<60: "\(whole) s"
        case ..<3600: "\(whole / 60) min \(whole % 60) s"
        default: "\(whole / 3600) h \(whole % 3600 / 60) min"
        }
    }
}
