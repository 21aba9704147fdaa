import Foundation

/// A Unicode normalisation form, by the data of Unicode 9: scalars assigned later stay as they are.
enum NormalizationForm: String, Sendable, CaseIterable {
    case nfc = "NFC"
    case nfd = "NFD"
    case nfkc = "NFKC"
    case nfkd = "NFKD"

    var composes: Bool { self == .nfc || self == .nfkc }
    var isCompatible: Bool { self == .nfkc || self == .nfkd }
}

extension AlignedText {
    /// Brings the text into a normalisation form. A composed scalar has the span of its base, as in the reference.
    mutating func normalize(to form: NormalizationForm) {
        guard bytes.contains(where: { $0 >= 0x80 }) else { return }
        var table = DecompositionTable(form: form)
        let old = scalars
        if old.allSatisfy({ table.isStable($0) }) { return }
        var changes = table.decomposition(of: old)
        if form.composes { changes = table.composition(of: changes) }
        apply(changes)
    }
}

/// Decompositions and compositions, looked up once for each distinct scalar of a text.
private struct DecompositionTable {
    let form: NormalizationForm
    private var decompositions: [Unicode.Scalar: [Unicode.Scalar]] = [:]
    private var compositions: [UInt64: Unicode.Scalar?] = [:]

    init(form: NormalizationForm) { self.form = form }

    /// Whether a scalar stays as it is whatever stands around it.
    mutating func isStable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x80, 0x3400...0x9FFF: true
        case 0xAC00...0xD7A3: form.composes
        case 0x1100...0x11FF: false
        default: !scalar.isMarkOfAnyAge && canonicalForm(of: scalar) == [scalar]
        }
    }

    /// What a scalar becomes on its own.
    private mutating func canonicalForm(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        let parts = decomposition(of: scalar)
        guard form.composes, parts.count > 1 else { return parts }
        return composition(of: parts.map { AlignedText.Change($0) }).map(\.scalar)
    }

    // MARK: Decomposition

    mutating func decomposition(of scalars: [Unicode.Scalar]) -> [AlignedText.Change] {
        var changes: [AlignedText.Change] = []
        changes.reserveCapacity(scalars.count)
        for scalar in scalars {
            for (index, part) in decomposition(of: scalar).enumerated() {
                changes.append(AlignedText.Change(part, index == 0 ? 0 : 1))
            }
        }
        return reordered(changes)
    }

    private mutating func decomposition(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        if scalar.value < 0x80 { return [scalar] }
        if let known = decompositions[scalar] { return known }
        let text = String(Character(scalar))
        let mapped = form.isCompatible ? text.decomposedStringWithCompatibilityMapping : text.decomposedStringWithCanonicalMapping
        let parts = scalar.isOf(unicode: 9) ? Array(mapped.unicodeScalars) : [scalar]
        decompositions[scalar] = parts
        return parts
    }

    /// Canonical order: runs of combining marks sorted by their class, equals as they stood.
    private func reordered(_ changes: [AlignedText.Change]) -> [AlignedText.Change] {
        var result = changes
        var index = 0
        while index < result.count {
            guard result[index].scalar.combiningClass != 0 else {
                index += 1
                continue
            }
            let end = result[index...].firstIndex { $0.scalar.combiningClass == 0 } ?? result.count
            let run = result[index..<end].enumerated().sorted {
                ($0.element.scalar.combiningClass, $0.offset) < ($1.element.scalar.combiningClass, $1.offset)
            }
            result.replaceSubrange(index..<end, with: run.map(\.element))
            index = end
        }
        return result
    }

    // MARK: Composition

    /// Canonical composition: each mark joins the last starter unless a mark of its class or higher stands between.
    mutating func composition(of changes: [AlignedText.Change]) -> [AlignedText.Change] {
        var result: [AlignedText.Change] = []
        result.reserveCapacity(changes.count)
        var starter: Int?
        var lastClass: UInt8?
        for change in changes {
            let combiningClass = change.scalar.combiningClass
            if let place = starter, lastClass.map({ $0 < combiningClass }) ?? true,
                let composed = composite(of: result[place].scalar, change.scalar)
            {
                result[place] = AlignedText.Change(composed, result[place].shift + change.shift - 1)
                continue
            }
            if combiningClass == 0 {
                starter = result.count
                lastClass = nil
            } else {
                lastClass = combiningClass
            }
            result.append(change)
        }
        return result
    }

    private mutating func composite(of first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
        if (0x1161...0x11C2).contains(second.value) { return syllable(of: first, second) }
        guard second.isMarkOfAnyAge else { return nil }
        let key = UInt64(first.value) << 32 | UInt64(second.value)
        if let known = compositions[key] { return known }
        // Foundation misses some composites of a composed letter (U+0CCA U+0CD5), but none of a decomposed one.
        var text = String(Character(first)).decomposedStringWithCanonicalMapping.unicodeScalars
        text.append(second)
        let composed = Array(String(text).precomposedStringWithCanonicalMapping.unicodeScalars)
        let composite = composed.count == 1 && composed[0].isOf(unicode: 9) ? composed[0] : nil
        compositions[key] = .some(composite)
        return composite
    }

    /// Hangul is composed by arithmetic: 19 leading consonants × 21 vowels × 28 trailing consonants, the first of them none.
    private func syllable(of first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
        let (base, leads, vowels, trails): (UInt32, UInt32, UInt32, UInt32) = (0xAC00, 0x1100, 0x1161, 0x11A7)
        if first.value >= leads, first.value < leads + 19, second.value < vowels + 21 {
            return Unicode.Scalar(base + ((first.value - leads) * 21 + second.value - vowels) * 28)
        }
        let isOpen = (base..<base + 11_172).contains(first.value) && (first.value - base) % 28 == 0
        return isOpen && second.value > trails ? Unicode.Scalar(first.value + second.value - trails) : nil
    }
}

extension Unicode.Scalar {
    fileprivate var combiningClass: UInt8 {
        value < 0x300 || !isOf(unicode: 9) ? 0 : properties.canonicalCombiningClass.rawValue
    }

    fileprivate var isMarkOfAnyAge: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }
}
