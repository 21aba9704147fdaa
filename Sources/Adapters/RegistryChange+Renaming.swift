/// What was written down of an adapter, as it reads under another name.
extension RegistryChange {
    public func renamed(_ name: AdapterName) -> RegistryChange {
        switch self {
        case .runBegan(let run, let start): .runBegan(run, start.renamed(name))
        case .runResumed: self
        case .runEnded(let run, let end): .runEnded(run, end.renamed(name))
        case .versionListed(let published): .versionListed(published.renamed(name))
        case .happened(let event): .happened(event.renamed(name))
        case .measured(let number, let measurement): .measured(number, measurement.renamed(name))
        case .decided(let number, let decision): .decided(number, decision.renamed(name))
        }
    }
}

extension VersionID {
    public func renamed(_ name: AdapterName) -> VersionID { VersionID(name, number) }
}

extension Lineage {
    /// Of the same version under another name; a parent of another adapter stays what it is.
    public func renamed(_ name: AdapterName) -> Lineage {
        Lineage(
            version: version.renamed(name), parent: parent.map { $0.adapter == version.adapter ? $0.renamed(name) : $0 },
            run: run,
            base: base, dataset: dataset, plan: plan, stop: stop, metrics: metrics, startedAt: startedAt, finishedAt: finishedAt,
            madeBy: madeBy, adoption: adoption)
    }
}

extension PublishedVersion {
    public func renamed(_ name: AdapterName) -> PublishedVersion {
        PublishedVersion(commit: commit, lineage: lineage.renamed(name), at: at)
    }
}

extension RunStart {
    fileprivate func renamed(_ name: AdapterName) -> RunStart {
        RunStart(adapter: name, base: base, dataset: dataset, plan: plan, at: at)
    }
}

extension Run.End {
    fileprivate func renamed(_ name: AdapterName) -> Run.End {
        if case .admitted(let version) = outcome { Run.End(.admitted(version.renamed(name)), at: at) } else { self }
    }
}

extension RegistryEvent {
    fileprivate func renamed(_ name: AdapterName) -> RegistryEvent {
        RegistryEvent(
            id: id, kind: kind, version: version?.renamed(name), at: at, actor: actor, reason: reason, isForced: isForced,
            otherName: otherName,
            moves: moves.map { Move(alias: $0.alias, from: $0.from?.renamed(name), to: $0.to?.renamed(name)) })
    }
}

extension RecordedMeasurement {
    fileprivate func renamed(_ name: AdapterName) -> RecordedMeasurement {
        RecordedMeasurement(key: key, adapter: name, result: result, at: at)
    }
}

extension Decision {
    fileprivate func renamed(_ name: AdapterName) -> Decision {
        Decision(recorded: verdict, of: name, question: question, answer: answer, at: at)
    }
}
