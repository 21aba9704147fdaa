import Adapters
import Digests
import Faults
import Foundation
import Llama
import Registry
import StrictJSON
import Suites
import Training

/// Gathers what maintenance judges adapters by. What several of them share is looked at once, and what was read before and has not
/// changed is not read again.
struct FactsGathering {
    private let workspace: Workspace
    private let files: FileBook
    private let releases: RecordedReleases
    /// What each adapter's latest measurement under the present conditions is found by.
    private var keys: [AdapterName: RecordedMeasurement.Key] = [:]
    private var measured: [RecordedMeasurement.Key: RecordedMeasurement] = [:]
    /// What folders are now beside earlier pins, by the digests of those.
    private var earlier: [BaseName: [ContentDigest: BaseObservation]] = [:]
    private let news: Result<BaseNews, any Error>
    /// Adapters with permanent probes.
    private let probed: Set<AdapterName>
    private var pins: [BaseName: Result<Pin, any Error>] = [:]
    private var configurations: [BaseName: Result<ModelConfiguration, any Error>] = [:]
    /// Thousands of adapters declare the same few plans.
    private var plans: [DeclaredPlan: TrainingPlan] = [:]

    /// A pinned base, and what its folder looks like now.
    private struct Pin {
        let base: BaseDeclaration
        /// Of `base`, computed once.
        let digest: ContentDigest
        let seen: BaseObservation
        let upstream: UpstreamFacts?
    }

    /// All of a declaration that its plan is made from.
    private struct DeclaredPlan: Hashable {
        let base: BaseName
        let settings: JSONObject

        init(_ declaration: AdapterDeclaration) {
            base = declaration.base
            settings = JSONObject(declaration.training.map { ($0.key, $0.value) })
        }
    }

    /// - Parameter releases: of the adapters that are declared.
    init(of declarations: [AdapterDeclaration], _ releases: RecordedReleases, in workspace: Workspace) throws {
        self.workspace = workspace
        self.releases = releases
        files = FileBook(in: workspace.layout)
        news = Result { try workspace.registry.baseNews() }
        probed = try ProbeShelf(workspace.layout).adapters()
        for declaration in declarations {
            guard let judged = releases.judged(of: declaration.name), judged.error != nil else { continue }
            keys[declaration.name] = conditions(of: declaration, on: judged.base)?.key(of: judged.commit)
        }
        measured = try workspace.registry.measurements(keys.values)
    }

    /// Keeps what was read for the next time.
    func save() {
        if workspace.registry.access == .readWrite { files.save() }
    }

    mutating func facts(of declaration: AdapterDeclaration) throws -> AdapterFacts {
        let judged = releases.judged(of: declaration.name)
        let production = releases.production(of: declaration.name)
        let (base, upstream, isFloating) = try observation(of: declaration, trainedOn: judged?.base)
        return AdapterFacts(
            adapter: declaration.name, version: judged?.version, lastTrained: judged?.finishedAt,
            adopted: judged.flatMap { $0.isAdopted ? $0.at : nil },
            production: production.map {
                ProductionFacts(version: $0.version, trained: $0.finishedAt, otherBase: otherBase($0, declaration))
            }, base: base,
            baseIsFloating: isFloating, upstream: upstream, data: judged.flatMap { dataFacts(declaration, $0) },
            metric: judged.flatMap { metricFacts(declaration.name, $0) },
            regressionSuite: try judged.map { try regressions(declaration, $0) } ?? .none)
    }

    /// How the judged version did on the adapter's permanent probes, when it was last asked them as they are now.
    private mutating func regressions(_ declaration: AdapterDeclaration, _ judged: VersionGlance) throws -> RegressionSuite {
        guard probed.contains(declaration.name) else { return .none }
        let known = try workspace.keptProbes(
            of: judged.version, judged.commit, under: conditions(of: declaration, on: judged.base))
        return known.map { $0.facts.failed.isEmpty ? .passed : .failed } ?? .notRun
    }

    /// Nil also where the bytes are the same under another name, or where the declared base cannot be looked at, which is told by itself.
    private mutating func otherBase(
        _ production: VersionGlance, _ declaration: AdapterDeclaration
    ) -> ProductionFacts.OtherBase? {
        guard production.base.name != declaration.base else { return nil }
        do {
            guard try pin(declaration.base).digest != production.base.digest else { return nil }
            return ProductionFacts.OtherBase(trained: production.base.name, declared: declaration.base)
        } catch {
            return nil
        }
    }

    private mutating func pin(_ name: BaseName) throws -> Pin {
        if let known = pins[name] { return try known.get() }
        let pin = Result {
            let base = try workspace.registry.base(named: name.text)
            let seen = workspace.registry.observe(base, known: files)
            if seen == .unchanged { try workspace.registry.keepContents(of: base) }
            return Pin(base: base, digest: base.digest, seen: seen, upstream: try workspace.upstreamFacts(of: base, news.get()))
        }
        pins[name] = pin
        return try pin.get()
    }

    private mutating func configuration(of base: BaseDeclaration) throws -> ModelConfiguration {
        if let known = configurations[base.name] { return try known.get() }
        let configuration = Result { try ModelConfiguration(folder: workspace.layout.resolve(base.folder)) }
        configurations[base.name] = configuration
        return try configuration.get()
    }

    /// A base that cannot be looked at hides nothing that is known of this adapter or of others.
    ///
    /// - Throws: what is wrong with what people wrote about bases.
    private mutating func observation(
        of declaration: AdapterDeclaration, trainedOn base: BaseIdentity?
    ) throws -> (BaseObservation, UpstreamFacts?, isFloating: Bool) {
        _ = try news.get()
        do {
            let pin = try pin(declaration.base)
            return (observation(of: pin, trainedOn: base), pin.upstream, pin.base.revision == nil)
        } catch {
            return (.unchecked(FailureWords.text(error)), nil, true)
        }
    }

    /// What differs between the base that the version was trained on and the folder as it is now.
    private mutating func observation(of pin: Pin, trainedOn base: BaseIdentity?) -> BaseObservation {
        guard let base, base.digest != pin.digest, pin.seen != .changed([.removed]) else { return pin.seen }
        if let known = earlier[pin.base.name]?[base.digest] { return known }
        let seen = observation(of: pin, pinnedAnewSince: base.digest)
        earlier[pin.base.name, default: [:]][base.digest] = seen
        return seen
    }

    private func observation(of pin: Pin, pinnedAnewSince digest: ContentDigest) -> BaseObservation {
        do {
            guard let before = PinnedContents(in: workspace.layout).files(ofPin: digest) else {
                // Which of its files differ is no longer known, so the weights must be taken as changed.
                guard case .changed(let effects) = pin.seen else { return .changed([.weights]) }
                return .changed(effects.union([.weights]))
            }
            let effects = try workspace.registry.comparison(of: pin.base, since: before, known: files).effects
            return effects.isEmpty ? .unchanged : .changed(effects)
        } catch {
            return .unchecked(FailureWords.text(error))
        }
    }

    /// The effective rows then and now; nil when they cannot be counted.
    private func dataFacts(_ declaration: AdapterDeclaration, _ judged: VersionGlance) -> DataFacts? {
        guard let before = judged.count(NamedMetric.effectiveExamples) else { return nil }
        do {
            let version = DatasetVersion(
                train: try split(declaration.data.train), heldOut: try split(declaration.data.heldOut))
            if version == judged.dataset { return DataFacts(rowsAtTraining: before, rowsNow: before) }
            let report = try PreparedTask(declaration, typed: TrainingOptions(), in: workspace).report
            return DataFacts(rowsAtTraining: before, rowsNow: report.effectiveRows, isChanged: true)
        } catch {
            return nil
        }
    }

    private func split(_ path: String) throws -> DatasetVersion.Split { try files.split(at: workspace.layout.resolvedPath(path)) }

    /// The error at release, and as measured last under the conditions that hold now.
    private func metricFacts(_ adapter: AdapterName, _ judged: VersionGlance) -> MetricFacts? {
        guard let atRelease = judged.error else { return nil }
        let last = keys[adapter].flatMap { measured[$0] }.flatMap(HeldOutScore.init)
        return MetricFacts(errorAtRelease: atRelease, errorNow: last?.error)
    }

    private mutating func plan(of declaration: AdapterDeclaration, on base: BaseDeclaration) throws -> TrainingPlan {
        let declared = DeclaredPlan(declaration)
        if let known = plans[declared] { return known }
        let plan = try declaration.plan(on: configuration(of: base))
        plans[declared] = plan
        return plan
    }

    /// Those of a version: on the base that it was trained on, from which the declaration may have moved.
    private mutating func conditions(
        of declaration: AdapterDeclaration, on base: BaseIdentity
    ) -> MeasuringConditions? {
        let declared = conditions(of: declaration)
        guard base.name != declaration.base, declared?.base.digest != base.digest else { return declared }
        return conditions(of: declaration.on(base.name))
    }

    /// Nil when base or held-out rows cannot be read: nothing was measured under such conditions.
    private mutating func conditions(of declaration: AdapterDeclaration) -> MeasuringConditions? {
        do {
            let base = try pin(declaration.base).base
            let plan = try plan(of: declaration, on: base)
            return try MeasuringConditions(
                declaration, base: base, plan: plan, heldOut: split(declaration.data.heldOut).digest, in: workspace.layout)
        } catch {
            return nil
        }
    }
}
