/// A token found in the text itself, before the model sees it.
struct AddedToken: Sendable, Hashable {
    var content: String
    /// Matches only where no word character touches it.
    var isSingleWord = false
    /// Takes the white space on its left, or right, with it.
    var stripsLeft = false
    var stripsRight = false
    /// Sought in the normalised text, with its own content normalised too.
    var isNormalized = false
    /// Left out when decoding skips special tokens.
    var isSpecial = false

    /// Special tokens are not normalised unless the file says so.
    init(_ component: Component) throws(TokenizerError) {
        content = try component.string("content")
        isSingleWord = try component.bool("single_word", default: false)
        stripsLeft = try component.bool("lstrip", default: false)
        stripsRight = try component.bool("rstrip", default: false)
        isSpecial = try component.bool("special", default: false)
        isNormalized = try component.bool("normalized", default: !isSpecial)
    }

    init(special content: String) {
        self.content = content
        isSpecial = true
    }
}
