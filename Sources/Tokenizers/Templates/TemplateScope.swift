/// The names that one loop pass, macro call or block sets. Names it does not set are looked up further out.
final class TemplateScope {
    let parent: TemplateScope?
    private var symbols: [Int] = []
    private var values: [TemplateValue] = []

    init(inside parent: TemplateScope?) { self.parent = parent }

    func set(_ symbol: Int, to value: TemplateValue) {
        if let place = symbols.firstIndex(of: symbol) {
            values[place] = value
        } else {
            symbols.append(symbol)
            values.append(value)
        }
    }

    func value(of symbol: Int) -> TemplateValue? {
        var scope: TemplateScope? = self
        while let current = scope {
            if let place = current.symbols.firstIndex(of: symbol) { return current.values[place] }
            scope = current.parent
        }
        return nil
    }
}
