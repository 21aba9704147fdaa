import Faults
import Foundation

/// One look of the doctor: its name, and what it finds. A look that fails hides none that follows it.
struct HealthCheck {
    let name: String
    let look: () throws -> Health

    init(_ name: String, _ look: @escaping () throws -> Health) {
        self.name = name
        self.look = look
    }

    var finding: Doctor.Finding {
        do {
            return Doctor.Finding(name, try look())
        } catch {
            return Doctor.Finding(name, failure: error)
        }
    }
}

/// What a look found.
enum Health {
    case fine(String)
    /// Works, but could work better.
    case advice(String, mend: String)
    /// Something that is asked of the registry will fail, or is no longer proved.
    case fault(String, mend: String)
    /// Stored records or bytes are not what they should be.
    case damage(String, mend: String)

    /// Fine when nothing is wrong; else the first few things, and how many there are.
    static func unless(_ wrong: [String], fine: String, _ otherwise: (String) -> Health) -> Health {
        wrong.isEmpty ? .fine(fine) : otherwise(listed(wrong))
    }

    /// The first few of many names.
    static func listed(_ words: [String], most: Int = 3) -> String {
        let rest = words.count - most
        return words.prefix(most).joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : "")
    }
}

extension Doctor.Finding {
    init(_ check: String, _ health: Health) {
        switch health {
        case .fine(let words): self.init(check: check, state: .fine, words: words, mend: nil, kind: nil)
        case .advice(let words, let mend): self.init(check: check, state: .warning, words: words, mend: mend, kind: nil)
        case .fault(let words, let mend):
            self.init(check: check, state: .broken, words: words, mend: mend, kind: .verification)
        case .damage(let words, let mend): self.init(check: check, state: .broken, words: words, mend: mend, kind: .integrity)
        }
    }

    init(_ check: String, failure error: any Error) {
        let kind = (error as? any Explained)?.explanation.kind ?? .runtime
        self.init(check: check, state: .broken, words: FailureWords.placed(error), mend: FailureWords.next(error), kind: kind)
    }
}
