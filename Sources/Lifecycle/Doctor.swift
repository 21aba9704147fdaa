import Adapters
import DurableFiles
import Faults
import Foundation
import Registry
import SharedWork
import StrictJSON

/// Looks at the machine and at what belongs to the registry; says what is wrong and which command mends it.
///
/// It samples where reading all would take long: what re-reads every byte is `verify`.
public struct Doctor: Sendable {
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

        public var json: JSONValue {
            [
                "check": .string(check), "state": .string(state.rawValue), "words": .string(words),
                "kind": kind.map { .string($0.rawValue) } ?? .null, "mend": mend.map { .string($0) } ?? .null,
            ]
        }
    }

    private let location: RegistryLocation
    private let surroundings: Surroundings
    private let occasion: Occasion

    /// What the doctor knows of the place where it was called.
    public struct Surroundings: Sendable {
        let workingFolder: URL
        let environment: [String: String]
        /// Where quantized bases are kept when no registry is at hand.
        let cache: URL?

        public init(workingFolder: URL, environment: [String: String], cache: URL?) {
            self.workingFolder = workingFolder
            self.environment = environment
            self.cache = cache
        }
    }

    public init(_ location: RegistryLocation, in surroundings: Surroundings, on occasion: Occasion) {
        self.location = location
        self.surroundings = surroundings
        self.occasion = occasion
    }

    /// Every check in turn; one that fails hides none that follow it.
    public func run() -> [Finding] {
        let layout = location.layout
        let machine = MachineChecks(surroundings: surroundings, now: occasion.at).all.map(\.finding)
        guard layout.isMarked else { return machine + [Finding("registry", noRegistry)] }
        let registry = HealthCheck("registry") { .fine("\(layout.root.path) (\(location.origin.words))") }
        let folders = FolderChecks(layout: layout).all
        let findings = machine + ([registry] + folders).map(\.finding)
        do {
            let workspace = try Workspace.open(location, on: occasion, isThorough: true)
            let shelf = PolicyShelf(registry: layout.root, workingFolder: surroundings.workingFolder)
            let declared = Result { try workspace.registry.readableDeclarations() }
            let repositoryChecks = RepositoryChecks(workspace: workspace)
            let (index, repository) = try together {
                IndexChecks(workspace: workspace, now: occasion.at).all.map(\.finding)
            } and: {
                repositoryChecks.all.map(\.finding)
            }
            let checks =
                PolicyChecks(workspace: workspace, shelf: shelf, declared: declared).all
                + DeclarationChecks(workspace: workspace, declared: declared).all
                + [ScheduleCheck(layout: layout, environment: surroundings.environment).check]
            return findings + index + repository + checks.map(\.finding)
        } catch {
            return findings + [Finding("index", failure: error)]
        }
    }

    /// A registry that was named must be there; one that was only looked for need not.
    private var noRegistry: Health {
        let path = location.layout.root.path
        switch location.origin {
        case .option, .environment:
            let folder =
                location.layout.root.lastPathComponent == "registry"
                ? location.layout.root.deletingLastPathComponent().path : path
            return .fault("\(location.origin.words), but none is at \(path)", mend: "lora init \(folder)")
        case .nearest, .user: return .advice("there is none here or above, nor at \(path)", mend: "lora init")
        }
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
