/// What a tokenizer makes of a text: four columns of equal length.
public struct Encoding: Sendable, Hashable {
    public var ids: [Int32] = []
    /// The vocabulary's spelling of each token ("Ġworld", "<0xE4>"), not the text it stands for.
    public var tokens: [String] = []
    /// Where each token lies in the text given, counted in Unicode scalars; tokens added by the post-processor have 0..<0.
    public var offsets: [Range<Int>] = []
    /// The segment each token belongs to: 0, or 1 for the second text of a pair where the post-processor says so.
    public var typeIDs: [Int32] = []

    public init() {}

    public var count: Int { ids.count }
}
