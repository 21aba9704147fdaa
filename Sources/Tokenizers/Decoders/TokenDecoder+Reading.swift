extension TokenDecoder {
    private enum Kind: String, CaseIterable {
        case sequence = "Sequence", byteLevel = "ByteLevel", byteFallback = "ByteFallback", fuse = "Fuse"
        case strip = "Strip", replace = "Replace", metaspace = "Metaspace", wordPiece = "WordPiece"
        case wordSuffix = "BPEDecoder", connectionist = "CTC"
    }

    init(_ component: Component) throws(TokenizerError) {
        switch try component.type(Kind.self, named: "decoder") {
        case .sequence:
            var steps: [TokenDecoder] = []
            for step in try component.components("decoders") { steps.append(try TokenDecoder(step)) }
            self = .sequence(steps)
        case .byteLevel: self = .byteLevel
        case .byteFallback: self = .byteFallback
        case .fuse: self = .fuse
        case .strip:
            self = .strip(
                try component.scalar("content", default: " "), start: try component.integer("start", default: 0),
                stop: try component.integer("stop", default: 0))
        case .replace:
            self = .replace(try component.pattern("pattern"), content: Array(try component.string("content").utf8))
        case .metaspace: self = .metaspace(try Metaspace(component))
        case .wordPiece:
            self = .wordPiece(
                prefix: try component.optionalString("prefix") ?? "##", cleans: try component.bool("cleanup", default: true))
        case .wordSuffix: self = .wordSuffix(try component.optionalString("suffix") ?? "</w>")
        case .connectionist:
            self = .connectionist(
                ConnectionistDecoder(
                    padToken: try component.optionalString("pad_token") ?? "<pad>",
                    wordDelimiter: try component.optionalString("word_delimiter_token") ?? "|",
                    cleans: try component.bool("cleanup", default: true)))
        }
    }
}
