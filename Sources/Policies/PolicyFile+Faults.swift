import Adapters
import Faults
import StrictYAML

extension PolicyFile {
    /// More than this many are not looked for.
    private static let faultLimit = 100

    /// Every fault of a file, of what it extends, and of what a declaration sets otherwise; none where it is a policy.
    ///
    /// A reading ends at its first fault. So what is at fault is taken away, or filled in from `sound`, and the rest is read again.
    ///
    /// - Parameter sound: the text of a policy that has every key.
    public func faults(filledFrom sound: String) throws -> [any Explained] {
        let filling = try PolicyLayer(named: "default", text: sound)
        var (layers, faults) = (layers, [any Explained]())
        while faults.count < Self.faultLimit {
            guard let fault = PolicyFile(layers).fault else { break }
            faults.append(fault.error)
            guard let mended = fault.mend(layers, filling) else { break }
            layers = mended
        }
        return faults
    }

    /// The one at which reading ends.
    private var fault: PolicyFault? {
        do {
            _ = try policy { _ in "" }
            return nil
        } catch let error as YAMLError {
            return PolicyFault(error: error, place: error.place, absent: error.absentKey)
        } catch let error as PolicyError {
            return PolicyFault(error: error, place: error.place, absent: error.absentKey, isOfWindow: error.isOfWindow)
        } catch let error as any Explained {
            return PolicyFault(error: error, place: nil, absent: nil)
        } catch {
            return nil
        }
    }
}

private struct PolicyFault {
    let error: any Explained
    let place: YAMLPlace?
    /// The key that should be there, with its sections.
    let absent: [String]?
    var isOfWindow = false

    /// The layers without what is at fault; nil where nothing can be done.
    func mend(_ layers: [PolicyLayer], _ filling: PolicyLayer) -> [PolicyLayer]? {
        var (mended, isMended) = (layers, false)
        for (index, layer) in layers.enumerated() where !isMended {
            let root = isOfWindow ? layer.root.removing(path: ["retraining", "window"]) : place.flatMap(layer.root.removing)
            guard let root else { continue }
            mended[index] = layer.with(root)
            isMended = true
        }
        if let absent, let node = filling.root.keeping(only: absent[...]) {
            mended.append(filling.with(node))
            isMended = true
        }
        return isMended ? mended : nil
    }
}

extension YAMLError {
    fileprivate var absentKey: [String]? {
        let sections = place.key.split(separator: ".").map(String.init)
        switch reason {
        case .missingKey: return sections
        case .unknownKey(_, let nearest?, _): return sections.dropLast() + [nearest]
        default: return nil
        }
    }
}

extension PolicyError {
    /// A price that is inherited from another currency counts as absent.
    fileprivate var absentKey: [String]? {
        guard case .priceInOtherCurrency = reason else { return nil }
        return place.key.split(separator: ".").map(String.init)
    }

    fileprivate var isOfWindow: Bool { if case .windowClosesBeforeItOpens = reason { true } else { false } }
}

extension PolicyLayer {
    fileprivate func with(_ root: YAMLNode) -> PolicyLayer { PolicyLayer(text: text, root: root) }
}

extension YAMLNode {
    /// Without the innermost value that stands in this place; nil when none does.
    fileprivate func removing(_ place: YAMLPlace) -> YAMLNode? {
        switch content {
        case .scalar: return nil
        case .sequence(var nodes):
            guard let index = nodes.firstIndex(where: { $0.place == place }) else { return nil }
            nodes.remove(at: index)
            return with(content: .sequence(nodes))
        case .mapping(var members):
            for (index, member) in members.enumerated() {
                if let inner = member.value.removing(place) {
                    members[index] = member.with(value: inner)
                    return with(content: .mapping(members))
                }
            }
            guard let index = members.firstIndex(where: { $0.place == place || $0.value.place == place }) else { return nil }
            members.remove(at: index)
            return with(content: .mapping(members))
        }
    }

    /// Without the value that these keys lead to; nil when there is none.
    fileprivate func removing(path: [String]) -> YAMLNode? {
        guard case .mapping(var members) = content, let key = path.first,
            let index = members.firstIndex(where: { $0.key == key })
        else { return nil }
        if path.count > 1 {
            guard let inner = members[index].value.removing(path: Array(path.dropFirst())) else { return nil }
            members[index] = members[index].with(value: inner)
        } else {
            members.remove(at: index)
        }
        return with(content: .mapping(members))
    }

    /// The value that these keys lead to, with its sections and nothing else; nil when there is none.
    fileprivate func keeping(only path: ArraySlice<String>) -> YAMLNode? {
        guard let key = path.first else { return self }
        guard case .mapping(let members) = content, let member = members.first(where: { $0.key == key }),
            let inner = member.value.keeping(only: path.dropFirst())
        else { return nil }
        return with(content: .mapping([member.with(value: inner)]))
    }
}
