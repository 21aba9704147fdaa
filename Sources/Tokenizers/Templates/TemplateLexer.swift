/// Cuts a template's source into tokens, applying `trim_blocks` and `lstrip_blocks`.
///
/// Rules of whitespace: one newline right after `%}` or `#}` goes; spaces from the line's start to `{%` or `{#` go; `-` on
/// either side of a tag takes all whitespace there, `+` keeps it. Line breaks of all kinds count as `\n`, and one at the very
/// end of the source is dropped.
struct TemplateLexer {
    private(set) var source: [Unicode.Scalar]
    var position = 0
    var line = 1
    private(set) var tokens: [TemplateToken] = []
    /// Whether what was read last ended a line, so that `lstrip_blocks` may apply to what follows.
    private var startsLine = true

    static func tokens(of source: String) throws(ChatTemplateError) -> [TemplateToken] {
        var lexer = TemplateLexer(source)
        while lexer.position < lexer.source.count { try lexer.nextTag() }
        lexer.append(.end)
        return lexer.tokens
    }

    private init(_ text: String) {
        source = []
        source.reserveCapacity(text.utf8.count)
        var followsReturn = false
        for scalar in text.unicodeScalars {
            if scalar == "\r" { source.append("\n") } else if scalar != "\n" || !followsReturn { source.append(scalar) }
            followsReturn = scalar == "\r"
        }
        if source.last == "\n" { source.removeLast() }
    }

    // MARK: Text and tags

    /// Reads text up to the next tag, and the tag.
    private mutating func nextTag() throws(ChatTemplateError) {
        let start = position
        while position < source.count, !isTagOpening(at: position) { position += 1 }
        guard position < source.count else { return appendData(start..<source.count) }
        let opening = source[position + 1]
        let signPlace = position + 2
        let text = trimmedText(start..<position, before: signPlace, isOutput: opening == "{")
        appendData(text)
        line += newlines(in: text.upperBound..<position)
        position = isSign(at: signPlace) ? signPlace + 1 : signPlace
        switch opening {
        case "#": try skipComment()
        case "%": if try !readRawBlock() { try readCode(closing: "%") }
        default: try readCode(closing: "}")
        }
    }

    private func isTagOpening(at place: Int) -> Bool {
        source[place] == "{" && place + 1 < source.count && ["{", "%", "#"].contains(source[place + 1])
    }

    private func isSign(at place: Int) -> Bool { place < source.count && (source[place] == "-" || source[place] == "+") }

    /// The part of the text that stays in front of a tag whose sign stands at `signPlace`.
    private func trimmedText(_ text: Range<Int>, before signPlace: Int, isOutput: Bool) -> Range<Int> {
        let sign = signPlace < source.count ? source[signPlace] : " "
        var end = text.upperBound
        if sign == "-" {
            while end > text.lowerBound, source[end - 1].isPythonSpace { end -= 1 }
        } else if sign != "+", !isOutput {
            var lineStart = end
            while lineStart > text.lowerBound, source[lineStart - 1] != "\n" { lineStart -= 1 }
            let isAtLineStart = lineStart > text.lowerBound || startsLine
            if isAtLineStart, source[lineStart..<end].allSatisfy(\.isPythonSpace) { end = lineStart }
        }
        return text.lowerBound..<end
    }

    private mutating func appendData(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        append(.data(text(range)))
        line += newlines(in: range)
    }

    /// Passes over the end of a tag: `trims` for `%}` and `#}`, which take one newline with them.
    private mutating func finishTag(sign: Unicode.Scalar?, trims: Bool) {
        let start = position
        if sign == "-" {
            while position < source.count, source[position].isPythonSpace { position += 1 }
        } else if sign != "+", trims, position < source.count, source[position] == "\n" {
            position += 1
        }
        line += newlines(in: start..<position)
        startsLine = position > start && source[position - 1] == "\n"
    }

    // MARK: Comments and raw blocks

    private mutating func skipComment() throws(ChatTemplateError) {
        let start = position
        while position + 1 < source.count, source[position] != "#" || source[position + 1] != "}" { position += 1 }
        guard position + 1 < source.count else { throw failure("a comment is not closed with '#}'") }
        let sign = position > start && isSign(at: position - 1) ? source[position - 1] : nil
        line += newlines(in: start..<position)
        position += 2
        finishTag(sign: sign, trims: true)
    }

    /// Reads `{% raw %}…{% endraw %}` whole, when the tag at hand opens one.
    private mutating func readRawBlock() throws(ChatTemplateError) -> Bool {
        guard let (bodyStart, sign) = rawTag("raw", from: position), sign != "+" else { return false }
        line += newlines(in: position..<bodyStart)
        position = bodyStart
        finishTag(sign: sign, trims: false)
        let start = position
        while position < source.count {
            if source[position] == "{", position + 1 < source.count, source[position + 1] == "%" {
                let signPlace = position + 2
                if let (end, closingSign) = rawTag("endraw", from: isSign(at: signPlace) ? signPlace + 1 : signPlace) {
                    let text = trimmedText(start..<position, before: signPlace, isOutput: false)
                    appendData(text)
                    line += newlines(in: text.upperBound..<end)
                    position = end
                    finishTag(sign: closingSign, trims: true)
                    return true
                }
            }
            position += 1
        }
        throw failure("a raw block is not closed with '{% endraw %}'")
    }

    /// Where the tag of this name ends and with which sign, if the code from `place` on is nothing but the name.
    private func rawTag(_ name: String, from place: Int) -> (end: Int, sign: Unicode.Scalar?)? {
        var place = place
        func skipSpace() { while place < source.count, source[place].isPythonSpace { place += 1 } }
        skipSpace()
        for letter in name.unicodeScalars {
            guard place < source.count, source[place] == letter else { return nil }
            place += 1
        }
        skipSpace()
        let sign = isSign(at: place) ? source[place] : nil
        if sign != nil { place += 1 }
        guard place + 1 < source.count, source[place] == "%", source[place + 1] == "}" else { return nil }
        return (place + 2, sign)
    }

    // MARK: Code

    /// Reads the tokens of a tag up to `}}` or `%}`.
    private mutating func readCode(closing: Unicode.Scalar) throws(ChatTemplateError) {
        let isBlock = closing == "%"
        append(isBlock ? .blockBegin : .outputBegin)
        var brackets: [Unicode.Scalar] = []
        while position < source.count {
            if brackets.isEmpty, let sign = closingSign(closing) {
                append(isBlock ? .blockEnd : .outputEnd)
                position += sign == nil ? 2 : 3
                finishTag(sign: sign, trims: isBlock)
                return
            }
            if let kind = try codeToken(&brackets) { tokens.append(kind) }
        }
    }

    /// The sign of the tag's end when one stands here: `.some(nil)` for an end without a sign.
    private func closingSign(_ closing: Unicode.Scalar) -> Unicode.Scalar?? {
        let sign = source[position] == "-" || (closing == "%" && source[position] == "+") ? source[position] : nil
        let place = sign == nil ? position : position + 1
        guard place + 1 < source.count, source[place] == closing, source[place + 1] == "}" else { return nil }
        return .some(sign)
    }

    mutating func append(_ kind: TemplateToken.Kind) { tokens.append(TemplateToken(kind: kind, line: line)) }

    func text(_ range: Range<Int>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: source[range])
        return String(text)
    }

    func newlines(in range: Range<Int>) -> Int { source[range].reduce(0) { $1 == "\n" ? $0 + 1 : $0 } }

    func failure(_ message: String) -> ChatTemplateError { ChatTemplateError(.syntax(message), line: line) }
}
