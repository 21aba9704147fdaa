/// The known name closest to a mistyped one, or nil when none is near enough to be meant.
///
/// Distance counts characters that are missing, added, replaced, or swapped with their neighbour, upper and lower case alike; a name counts
/// as near when at most a third of the typed characters (and at least one, at most three) would have to change.
public func nearestName(to typed: String, among known: some Sequence<String>) -> String? {
    let reach = min(3, max(1, typed.count / 3))
    return known.map { (name: $0, distance: editDistance(typed.lowercased(), $0.lowercased())) }
        .filter { $0.distance <= reach }
        .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

/// Distance between two texts in characters, where a swap of neighbours counts as one change (optimal string alignment).
func editDistance(_ first: String, _ second: String) -> Int {
    let (lines, columns) = (Array(first), Array(second))
    var before = [Int](repeating: 0, count: columns.count + 1)
    var row = Array(0...columns.count)
    for i in lines.indices {
        var next = [i + 1]
        for j in columns.indices {
            var distance = min(row[j] + (lines[i] == columns[j] ? 0 : 1), next[j] + 1, row[j + 1] + 1)
            if i > 0, j > 0, lines[i] == columns[j - 1], lines[i - 1] == columns[j] {
                distance = min(distance, before[j - 1] + 1)
            }
            next.append(distance)
        }
        (before, row) = (row, next)
    }
    return row[columns.count]
}
