/// Values that a parser would take for options, or for nothing.
enum OptionValues {
    /// `--lr -1` as `--lr=-1` and `--prompt=` as `--prompt` with an empty word: each then reads as an option with its value.
    static func joined(_ words: [String]) -> [String] {
        var joined: [String] = []
        for word in words {
            if let option = joined.last, isBareOption(option), isNegativeNumber(word) {
                joined[joined.count - 1] = "\(option)=\(word)"
            } else if word.hasPrefix("--"), word.hasSuffix("="), !word.dropLast().contains("=") {
                joined += [String(word.dropLast()), ""]
            } else {
                joined.append(word)
            }
        }
        return joined
    }

    private static func isBareOption(_ word: String) -> Bool {
        word.hasPrefix("--") && word.count > 2 && !word.contains("=")
    }

    private static func isNegativeNumber(_ word: String) -> Bool { word.hasPrefix("-") && Double(word) != nil }
}
