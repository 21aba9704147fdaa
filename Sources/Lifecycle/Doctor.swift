import Adapters
import Faults
import Foundation
import Policies
import Registry
import StrictJSON
import Tensors
import Versions

/// Looks at the machine and at what belongs to the registry; says what is wrong and which command mends it.
public struct Doctor {
    public struct Finding: Sendable, Hashable {
        public enum State: String, Sendable, Hashable {
            case fine, warning, broken
        }

        public let check: String
        public let state: State
        public let words: String
        /// The mending command or deed; nil when all is well.
        public let mend: String?
        /// The class of what is broken; nil unless something is.
        public let kind: FaultKind?

        static func fine(_ check: String, _ words: String) -> Finding {
            Finding(check: check, state: .fine, words: words, mend: nil, kind: nil)
        }

        static func warning(_ check: String, _ words: String, mend: String) -> Finding {
            Finding(check: check, state: .warning, words: words, mend: mend, kind: nil)
        }

        static func broken(_ check: String, _ error: any Error) -> Finding {
            let kind = (error as? any Explained)?.explanation.kind ?? .runtime
            return Finding(
                check: check, state: .broken, words: FailureWords.placed(error), mend: FailureWords.next(error), kind: kind)
        }

        /// Stored records or bytes are not what they should be.
        static func damaged(_ check: String, _ words: String, mend: String) -> Finding {
            Finding(check: check, state: .broken, words: words, mend: mend, kind: .integrity)
        }

        public var json: JSONValue {
            [
                "check": .string(check), "state": .string(state.rawValue), "words": .string(words),
                "kind": kind.map { .string($0.rawValue) } ?? .null, "mend": mend.map { .string($0) } ?? .null,
            ]
        }
    }

    private let location: RegistryLocation
    private let workingFolder: URL
    private let occasion: Occasion

    public init(_ location: RegistryLocation, workingFolder: URL, on occasion: Occasion) {
        self.location = location
        self.workingFolder = workingFolder
        self.occasion = occasion
    }

    /// Every check in turn; one that fails hides none that follow it.
    public func run() -> [Finding] {
        var findings = MachineChecks.run()
        guard location.layout.isMarked else {
            let words = "there is none at \(location.layout.root.path)"
            return findings + [.warning("registry", words, mend: "lora init")]
        }
        findings.append(.fine("registry", "\(location.layout.root.path) (\(location.origin.words))"))
        do {
            let workspace = try Workspace.open(location, on: occasion)
            findings += RegistryChecks(workspace: workspace, workingFolder: workingFolder).run()
        } catch {
            findings.append(.broken("index", error))
        }
        return findings
    }
}

extension RegistryLocation.Origin {
    fileprivate var words: String {
        switch self {
        case .option: "named by --registry"
        case .environment: "named by LORA_REGISTRY"
        case .nearest: "the nearest upward"
        case .user: "your own"
        }
    }
}
