import Adapters
import StrictJSON

extension BaseReport {
    public func json(now: Timestamp) -> JSONValue {
        [
            "base": .string(base.name.text), "digest": .string("\(base.digest)"),
            "source": base.source.map { .string($0) } ?? .null, "revision": base.revision.map { .string($0) } ?? .null,
            "folder": folder.json, "hub": hub?.json ?? .null,
            "hub_looked_at": lastLook.map { .string("\($0)") } ?? .null,
            "last_known": .array(lastKnown.inOrder.map { .string($0.rawValue) }),
            "changes": .array(effects(now: now).inOrder.map { .string($0.rawValue) }),
            "end_of_life": endOfLife?.json ?? .null, "newer": .array(newer.map { .string($0) }),
            "unchecked": .array(unchecked.map { .string($0) }), "action": .string(action.rawValue),
            "adapters": .array(adapters.map(\.json)),
            "unjudged": .array(unjudged.map { ["name": .string($0.name), "what": .string($0.explanation.what)] }),
        ]
    }
}

extension BaseReport.Finding {
    fileprivate var json: JSONValue {
        switch self {
        case .unchanged(let revision): ["state": "unchanged", "revision": revision.map { .string($0) } ?? .null]
        case .unchecked(let why): ["state": "unchecked", "because": .string(why)]
        case .changed(let difference): difference.json
        }
    }
}

extension BaseDifference {
    fileprivate var json: JSONValue {
        [
            "state": .string(effects.isEmpty ? "unchanged" : "changed"), "revision": revision.map { .string($0) } ?? .null,
            "from_cache": .bool(isCached), "remark": remark.map { .string($0) } ?? .null,
            "changes": .array(effects.inOrder.map { .string($0.rawValue) }),
            "files": .array(
                files.map { file in
                    [
                        "path": .string(file.path), "kind": .string(file.kind.rawValue),
                        "changes": .array(file.effects.inOrder.map { .string($0.rawValue) }),
                        "judged_by_name": .bool(unread.contains(file.path)),
                    ]
                }),
        ]
    }
}

extension EndOfLife {
    fileprivate var json: JSONValue {
        [
            "on": .string("\(on)"), "because": because.map { .string($0) } ?? .null,
            "successor": successor.map { .string($0) } ?? .null,
        ]
    }
}

extension BaseReport.Affected {
    fileprivate var json: JSONValue {
        [
            "adapter": .string(adapter.text), "action": .string(response.action.rawValue),
            "remedy": .string(response.remedy.rawValue), "because": .array(response.because.map { .string($0.rawValue) }),
            "policy": policy.json,
        ]
    }
}
