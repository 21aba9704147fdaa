/// One token of a piece: its id and how many bytes of the piece it covers.
struct ModelToken: Sendable, Hashable {
    var id: Int32
    var range: Range<Int>
}
