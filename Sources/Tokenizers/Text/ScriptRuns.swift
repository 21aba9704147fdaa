extension PreTokenizer {
    static func scriptRuns(in text: ArraySlice<UInt8>) -> [Range<Int>] { [0..<text.count] }
}
