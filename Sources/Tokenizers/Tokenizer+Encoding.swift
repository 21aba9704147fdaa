extension Tokenizer {
    /// Ids, token texts and offsets of a text.
    ///
    /// - Parameter addSpecialTokens: lets the post-processor add tokens such as `<s>`.
    /// - Parameter recognizesSpecialTokens: false takes text such as "<|im_end|>" for plain text, never for the control
    ///   token, so that data cannot forge the frame of a conversation.
    public func encode(
        _ text: String, addSpecialTokens: Bool = true, recognizesSpecialTokens: Bool = true
    ) throws -> Encoding {
        let encoding = try modelEncoding(of: text, recognizesSpecialTokens: recognizesSpecialTokens)
        return postProcessed([encoding], addSpecialTokens: addSpecialTokens)
    }

    /// The encoding of two texts that belong together.
    public func encode(
        _ first: String, pairedWith second: String, addSpecialTokens: Bool = true
    ) throws -> Encoding {
        let encodings = try [first, second].map { try modelEncoding(of: $0, recognizesSpecialTokens: true) }
        return postProcessed(encodings, addSpecialTokens: addSpecialTokens)
    }

    private func postProcessed(_ encodings: [Encoding], addSpecialTokens: Bool) -> Encoding {
        let assigned = encodings.enumerated().map { $0.element.assigned(to: Int32($0.offset)) }
        guard let processor = components.postProcessor else { return Encoding(joining: assigned) }
        return Encoding(joining: processor.process(assigned, addSpecialTokens: addSpecialTokens))
    }

    private func modelEncoding(of text: String, recognizesSpecialTokens: Bool) throws(TokenizerError) -> Encoding {
        let bytes = Array(text.utf8)
        guard bytes.count <= Int(Int32.max) else { throw TokenizerError(.textTooLong) }
        var builder = EncodingBuilder(source: bytes)
        for part in split(AlignedText(bytes), by: rawMatcher, recognizesSpecialTokens) {
            if let id = part.id {
                builder.append(id, part.text.string, part.text, 0..<part.text.count)
                continue
            }
            var section = part.text
            components.normalizer?.apply(to: &section)
            for part in split(section, by: normalizedMatcher, recognizesSpecialTokens) {
                if let id = part.id {
                    builder.append(id, part.text.string, part.text, 0..<part.text.count)
                } else {
                    try encode(part.text, into: &builder)
                }
            }
        }
        return builder.encoding
    }

    private func split(
        _ text: AlignedText, by matcher: AddedTokenMatcher, _ recognizesSpecialTokens: Bool
    ) -> [(text: AlignedText, id: Int32?)] {
        matcher.parts(of: text.bytes, recognizesSpecialTokens: recognizesSpecialTokens)
            .map { (text.slice($0.range), $0.id) }
            .filter { !$0.0.isEmpty }
    }

    /// Encodes a stretch without added tokens.
    private func encode(_ text: AlignedText, into builder: inout EncodingBuilder) throws(TokenizerError) {
        let model = components.model
        if case .bytePair(let bytePair) = model, bytePair.acceptsRawBytes,
            let pieces = components.preTokenizer?.rawPieces([text])
        {
            for piece in pieces {
                for token in bytePair.tokens(ofRaw: piece.bytes) {
                    builder.append(token.id, bytePair.vocabulary.token(of: token.id) ?? "", piece, token.range)
                }
            }
            return
        }
        for piece in components.preTokenizer?.split([text]) ?? [text] {
            for token in try model.tokens(of: piece.bytes) {
                builder.append(token.id, spelling(of: token, in: piece), piece, token.range)
            }
        }
    }

    /// The token's spelling; Unigram keeps the text of an unknown piece.
    private func spelling(of token: ModelToken, in piece: AlignedText) -> String {
        if case .unigram(let model) = components.model, token.id == model.unknownID { return piece.slice(token.range).string }
        return components.model.vocabulary.token(of: token.id) ?? ""
    }
}

extension PreTokenizer {
    /// The pieces before their bytes are spelled, when spelling them is the last thing this step does.
    fileprivate func rawPieces(_ pieces: [AlignedText]) -> [AlignedText]? {
        switch self {
        case .byteLevel(let byteLevel): byteLevel.rawSplit(pieces)
        case .sequence(let steps):
            steps.last.flatMap { last in
                guard case .byteLevel = last else { return nil }
                return last.rawPieces(steps.dropLast().reduce(pieces) { $1.split($0) })
            }
        default: nil
        }
    }
}

/// Collects tokens and turns byte offsets into offsets of Unicode scalars.
private struct EncodingBuilder {
    private(set) var encoding = Encoding()
    /// How many scalars end before each byte; nil for ASCII, where they are the bytes.
    private let scalarOffsets: [Int32]?

    init(source: [UInt8]) {
        guard source.contains(where: { $0 >= 0x80 }) else {
            scalarOffsets = nil
            return
        }
        var offsets: [Int32] = []
        offsets.reserveCapacity(source.count + 1)
        var scalars: Int32 = -1
        for byte in source {
            if byte & 0xC0 != 0x80 { scalars += 1 }
            offsets.append(scalars)
        }
        offsets.append(scalars + 1)
        scalarOffsets = offsets
    }

    mutating func append(_ id: Int32, _ token: String, _ text: AlignedText, _ range: Range<Int>) {
        let source = text.source(of: range) ?? range
        encoding.ids.append(id)
        encoding.tokens.append(token)
        encoding.offsets.append(scalarOffset(source.lowerBound)..<scalarOffset(source.upperBound))
    }

    private func scalarOffset(_ byte: Int) -> Int {
        guard let scalarOffsets else { return byte }
        return Int(scalarOffsets[min(byte, scalarOffsets.count - 1)])
    }
}
