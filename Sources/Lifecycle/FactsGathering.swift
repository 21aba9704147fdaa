import Adapters
import DurableFiles
import Faults
import Foundation
import Llama
import Registry
import Training

/// Gathers what maintenance judges adapters by. What several of them share is looked at once, and what was read before and has not
/// changed is not read again.
struct FactsGathering {
    private let workspace: Workspace
    private let files: FileBook
    private let releases: [AdapterName: AdapterReleases]
    private let published: [VersionID: PublishedVersion]
    /// What each adapter's latest measurement under the present conditions is found by.
    private var keys: [AdapterName: RecordedMeasurement.Key] = [:]
    private var measured: [RecordedMeasurement.Key: RecordedMeasurement] = [:]
    /// What folders are now beside earlier pins, by the digests of those.
    private var earlier: [ContentDigest: BaseObservation] = [:]
    private let news: Result<BaseNews, any Error>
    private var pins: [BaseName: Result<Pin, any Error>] = [:]
    private var configurations: [BaseName: Result<ModelConfiguration, any Error>] = [:]

    /// A pinned base, and what its folder looks like now.
    private struct Pin {
        let base: BaseDeclaration
        /// Of `base`, computed once.
        let digest: ContentDigest
        let seen: BaseObservation
        let upstream: UpstreamFacts?
    }

    init(of declarations: [AdapterDeclaration], in workspace: Workspace) throws {
        self.workspace = workspace
        files = FileBook(in: workspace.layout)
        news = Result { try workspace.registry.baseNews() }
        let adapter = declarations.count == 1 ? declarations[0].name : nil
        releases = try workspace.registry.releases(of: adapter)
        published = try workspace.registry.published(
            releases.values.flatMap { [$0.judged, $0.production].compactMap(\.self) })
        for declaration in declarations {
            guard let judged = judged(declaration.name), judged.lineage.error != nil else { continue }
            keys[declaration.name] = conditions(of: declaration)?.key(of: judged)
        }
        measured = try workspace.registry.measurements(keys.values)
    }

    private func judged(_ adapter: AdapterName) -> PublishedVersion? { releases[adapter]?.judged.flatMap { published[$0] } }

    /// Keeps what was read for the next time.
    func save() {
        if workspace.registry.access == .readWrite { files.save() }
    }

    mutating func facts(of declaration: AdapterDeclaration) throws -> AdapterFacts {
        let judged = judged(declaration.name)
        let production = releases[declaration.name]?.production.flatMap { published[$0] }
        let (base, upstream, isFloating) = try observation(of: declaration, trainedOn: judged?.lineage.base)
        return AdapterFacts(
            adapter: declaration.name, version: judged?.version, lastTrained: judged?.lineage.finishedAt,
            adopted: judged.flatMap { $0.lineage.adoption == nil ? nil : $0.at },
            production: production.map { ProductionFacts(version: $0.version, trained: $0.lineage.finishedAt) }, base: base,
            baseIsFloating: isFloating, upstream: upstream,
            data: judged.flatMap { dataFacts(declaration, $0.lineage) },
            metric: judged.flatMap { metricFacts(declaration.name, $0) })
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
        if let known = earlier[base.digest] { return known }
        let seen = observation(of: pin, pinnedAnewSince: base.digest)
        earlier[base.digest] = seen
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
    private func dataFacts(_ declaration: AdapterDeclaration, _ lineage: Lineage) -> DataFacts? {
        guard let before = lineage.count(NamedMetric.effectiveExamples) else { return nil }
        do {
            let version = DatasetVersion(
                train: try split(declaration.data.train), heldOut: try split(declaration.data.heldOut))
            if version == lineage.dataset { return DataFacts(rowsAtTraining: before, rowsNow: before) }
            let report = try PreparedTask(declaration, typed: TrainingOptions(), in: workspace).report
            return DataFacts(rowsAtTraining: before, rowsNow: report.effectiveRows, isChanged: true)
        } catch {
            return nil
        }
    }

    private func split(_ path: String) throws -> DatasetVersion.Split { try files.split(of: workspace.layout.resolve(path)) }

    /// The error at release, and as measured last under the conditions that hold now.
    private func metricFacts(_ adapter: AdapterName, _ judged: PublishedVersion) -> MetricFacts? {
        guard let atRelease = judged.lineage.error else { return nil }
        let last = keys[adapter].flatMap { measured[$0] }.flatMap(HeldOutScore.init)
        return MetricFacts(errorAtRelease: atRelease, errorNow: last?.error)
    }

    /// Nil when base or held-out rows cannot be read: nothing was measured under such conditions.
    private mutating func conditions(of declaration: AdapterDeclaration) -> MeasuringConditions? {
        do {
            let base = try pin(declaration.base).base
            let plan = try declaration.plan(on: configuration(of: base))
            return MeasuringConditions(declaration, base: base, plan: plan, heldOut: try split(declaration.data.heldOut).digest)
        } catch {
            return nil
        }
    }
}

extension AdapterReleases {
    /// What is judged, which differs from what serves while a later version waits for its promotion; one that was in production and was
    /// rolled back waits for nothing.
    fileprivate var judged: VersionID? {
        guard let production else { return versions.last }
        return versions.last { $0 > production && !promoted.contains($0) } ?? production
    }
}
