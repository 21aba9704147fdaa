import StrictYAML

/// A policy that names another currency than the one it extends must name every price too: an inherited number would be read as if it had
/// been meant in the new currency.
enum PricesInOneCurrency {
    static let prices: [CostKey] = [.machineHour, .engineerHour, .millionInputTokens, .gigabyteMonth, .servingMonth]

    /// - Parameter layers: nearest first.
    /// - Throws: `PolicyError.priceInOtherCurrency` at the price.
    static func check(_ layers: [YAMLNode]) throws(PolicyError) {
        let sections = layers.map { $0.member("costs") }
        let currencies = sections.map { $0?.member("currency")?.scalar }
        guard let wanted = currencies.compactMap(\.self).first else { return }
        for price in prices {
            guard let layer = sections.firstIndex(where: { $0?.member(price.rawValue) != nil }),
                let place = sections[layer]?.member(price.rawValue)?.place,
                let meant = currencies[layer...].compactMap(\.self).first, meant != wanted
            else { continue }
            throw PolicyError(.priceInOtherCurrency(price.rawValue, meant: meant, wanted: wanted), at: place)
        }
    }
}

extension YAMLNode {
    fileprivate func member(_ key: String) -> YAMLNode? {
        guard case .mapping(let members) = content else { return nil }
        return members.first { $0.key == key && !$0.value.isNull }?.value
    }

    fileprivate var scalar: String? { if case .scalar(let text, _) = content { text } else { nil } }
}
