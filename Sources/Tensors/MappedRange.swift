/// Where a weight lies in a mapped file, so that its memory can be asked for ahead and given back between two uses.
struct MappedRange: Sendable {
    let file: MappedFile
    let bytes: Range<Int>

    func prefetch() { file.prefetch(bytes) }
    func release() { file.release(bytes) }
}
