import Llama
import StrictJSON

extension RowReader {
    /// Labels default to the ids; a 0 in `completion_mask` or `assistant_masks` takes a token out of the loss, and padding
    /// that `attention_mask` marks at either end is left out.
    func tokens() throws(Failure) -> RowContent {
        let ids = try integers("input_ids") ?? []
        var labels = try column("labels", ids.count) ?? ids
        for key in ["completion_mask", "assistant_masks"] {
            guard let mask = try column(key, ids.count) else { continue }
            for place in mask.indices where mask[place] == 0 { labels[place] = TokenBatch.ignored }
        }
        let kept = try attended(try column("attention_mask", ids.count), count: ids.count)
        return .tokens(ids: Array(ids[kept]), labels: Array(labels[kept]))
    }

    private func attended(_ mask: [Int32]?, count: Int) throws(Failure) -> Range<Int> {
        guard let mask else { return 0..<count }
        guard let first = mask.firstIndex(of: 1), let last = mask.lastIndex(of: 1) else { return 0..<0 }
        guard mask[first...last].allSatisfy({ $0 == 1 }) else { throw Failure(.interruptedMask) }
        return first..<last + 1
    }

    private func column(_ key: String, _ count: Int) throws(Failure) -> [Int32]? {
        guard let values = try integers(key) else { return nil }
        guard values.count == count else { throw Failure(.lengthsDiffer(key: key, count: values.count, idsCount: count)) }
        return values
    }

    private func integers(_ key: String) throws(Failure) -> [Int32]? {
        guard let value = object[key], !value.isNull else { return nil }
        guard let list = value.arrayValue else { throw Failure(.wrongType(key: key, wanted: "a list of whole numbers")) }
        let integers = list.compactMap { $0.intValue.flatMap(Int32.init(exactly:)) }
        guard integers.count == list.count else { throw Failure(.wrongType(key: key, wanted: "a list of whole numbers")) }
        return integers
    }
}
