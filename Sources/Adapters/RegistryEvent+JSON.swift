import StrictJSON

extension RegistryEvent {
    public var json: JSONValue {
        [
            "id": .integer(id),
            "event": .string(kind.rawValue),
            "version": .string("\(version)"),
            "at": .string("\(at)"),
            "by": .string("\(actor)"),
            "reason": .string(reason),
            "moves": .array(moves.map(\.json)),
        ]
    }

    init(_ reader: RecordReader, _ adapter: AdapterName) throws(DamagedRecord) {
        guard let actor = Actor(try reader.text("by")) else { throw reader.fault("by", wanted: "a name and an address") }
        guard let list = try reader.value("moves").arrayValue else { throw reader.fault("moves", wanted: "a list") }
        var moves: [Move] = []
        for (index, move) in list.enumerated() { moves.append(try Move(RecordReader(move, at: "moves[\(index)]"), adapter)) }
        self.init(
            id: try reader.positive("id"), kind: try reader.choice("event", of: Kind.self),
            version: try reader.version("version", of: adapter), at: try reader.timestamp("at"), actor: actor,
            reason: try reader.text("reason"), moves: moves)
    }
}

extension RegistryEvent.Move {
    fileprivate var json: JSONValue {
        [
            "alias": .string(alias.text),
            "from": from.map { .string("\($0)") } ?? .null,
            "to": to.map { .string("\($0)") } ?? .null,
        ]
    }

    fileprivate init(_ reader: RecordReader, _ adapter: AdapterName) throws(DamagedRecord) {
        self.init(
            alias: try reader.parse("alias") { text throws(NameError) in try AliasName(text) },
            from: try reader.optionalVersion("from", of: adapter), to: try reader.optionalVersion("to", of: adapter))
    }
}
