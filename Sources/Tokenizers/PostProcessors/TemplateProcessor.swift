/// Special tokens laid around one text or a pair by a template.
struct TemplateProcessor: Sendable, Hashable {
    enum Item: Sendable, Hashable {
        case special([SpecialToken], typeID: Int32)
        /// The first (0) or second (1) text.
        case sequence(Int, typeID: Int32)
    }

    let single: [Item]
    let pair: [Item]

    func process(_ encodings: [Encoding], addSpecialTokens: Bool) -> [Encoding] {
        (encodings.count > 1 ? pair : single).compactMap { item in
            switch item {
            case .special(let tokens, let typeID):
                guard addSpecialTokens else { return nil }
                return Encoding(joining: tokens.map { Encoding(special: $0, typeID: typeID) })
            case .sequence(let index, let typeID):
                return index < encodings.count ? encodings[index].assigned(to: typeID) : nil
            }
        }
    }
}

extension TemplateProcessor {
    init(_ component: Component) throws(TokenizerError) {
        let tokens = try Self.specialTokens(component)
        single = try Self.items(component, "single", tokens)
        pair = try Self.items(component, "pair", tokens)
    }

    private static func specialTokens(_ component: Component) throws(TokenizerError) -> [String: [SpecialToken]] {
        var tokens: [String: [SpecialToken]] = [:]
        let table = try component.component("special_tokens")
        for name in table.object.keys {
            let entry = try table.component(name)
            let ids = try entry.array("ids")
            let texts = try entry.array("tokens")
            guard ids.count == texts.count else {
                throw entry.failure(.wrongType(expected: "as many tokens as ids"), at: "tokens")
            }
            tokens[name] = []
            for (id, text) in zip(ids, texts) {
                guard let text = text.stringValue else { throw entry.failure(.wrongType(expected: "a string"), at: "tokens") }
                tokens[name]?.append(SpecialToken(text: text, id: try entry.id(id, at: "ids")))
            }
        }
        return tokens
    }

    private static func items(
        _ component: Component, _ key: String, _ tokens: [String: [SpecialToken]]
    ) throws(TokenizerError) -> [Item] {
        var items: [Item] = []
        for item in try component.components(key) {
            if item.optional("SpecialToken") != nil {
                let part = try item.component("SpecialToken")
                let name = try part.string("id")
                guard let special = tokens[name] else { throw part.failure(.unknownToken(name), at: "id") }
                items.append(.special(special, typeID: try part.id("type_id")))
            } else {
                let part = try item.component("Sequence")
                let name = try part.string("id")
                guard let index = ["A", "B"].firstIndex(of: name), key == "pair" || index == 0 else {
                    throw part.failure(.unknownValue(name, known: key == "pair" ? ["A", "B"] : ["A"]), at: "id")
                }
                items.append(.sequence(index, typeID: try part.id("type_id")))
            }
        }
        return items
    }
}
