extension PostProcessor {
    private enum Kind: String, CaseIterable {
        case sequence = "Sequence", byteLevel = "ByteLevel", template = "TemplateProcessing", bert = "BertProcessing"
        case roberta = "RobertaProcessing"
    }

    init(_ component: Component) throws(TokenizerError) {
        switch try component.type(Kind.self, named: "post-processor") {
        case .sequence:
            var steps: [PostProcessor] = []
            for step in try component.components("processors") { steps.append(try PostProcessor(step)) }
            self = .sequence(steps)
        case .byteLevel: self = .byteLevel(try OffsetTrimming(component))
        case .template: self = .template(try TemplateProcessor(component))
        case .bert: self = .bert(cls: try component.tokenAndID("cls"), sep: try component.tokenAndID("sep"))
        case .roberta:
            self = .roberta(
                cls: try component.tokenAndID("cls"), sep: try component.tokenAndID("sep"), try OffsetTrimming(component))
        }
    }
}

extension OffsetTrimming {
    init(_ component: Component) throws(TokenizerError) {
        isOn = try component.bool("trim_offsets", default: true)
        addsPrefixSpace = try component.bool("add_prefix_space", default: true)
    }
}

extension Component {
    /// `[token, id]`
    fileprivate func tokenAndID(_ key: String) throws(TokenizerError) -> SpecialToken {
        let pair = try array(key)
        guard pair.count == 2, let text = pair[0].stringValue else {
            throw failure(.wrongType(expected: "a pair of token and id"), at: key)
        }
        return SpecialToken(text: text, id: try id(pair[1], at: key))
    }
}
