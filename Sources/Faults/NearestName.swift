/// The known name closest to a mistyped one, or nil when none is near enough to be meant.
///
/// Distance is Levenshtein over characters, upper and lower case alike; a name counts as near when at most a third of the typed characters
/// (and at least one, at most three) would have to change.
public func nearestName(to typed: String, among known: some Sequence<String>) -> String? {
    let reach = min(3, max(1, typed.count / 3))
    return known.map { (name: $0, distance: editDistance(typed.lowercased(), $0.lowercased())) }
        .filter { $0.distance <= reach }
        .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

/// Levenshtein distance between two texts, in characters.
func editDistance(_ first: String, _ second: String) -> Int {
    let columns = Array(second)
    var row = Array(0...columns.count)
    for (i, character) in first.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in columns.enumerated() {
            let substitution = diagonal + (character == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substitution, row[j] + 1, diagonal + 1)
        }
    }
    return row[columns.count]
}
