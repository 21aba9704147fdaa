import StrictJSON

extension RegistryEvent {
    public var json: JSONValue {
        [
            "id": .integer(id),
            "event": .string(kind.rawValue),
            "version": version.map { .string("\($0)") } ?? .null,
            "other_name": otherName.map { .string($0.text) } ?? .null,
            "at": .string("\(at)"),
            "by": .string("\(actor)"),
            "reason": .string(reason),
            "forced": .bool(isForced),
            "moves": .array(moves.map(\.json)),
        ]
    }

    init(_ reader: RecordReader, _ adapter: AdapterName) throws(DamagedRecord) {
        guard let actor = Actor(try reader.text("by")) else { throw reader.fault("by", wanted: "a name and an address") }
        guard let list = try reader.value("moves").arrayValue else { throw reader.fault("moves", wanted: "a list") }
        var moves: [Move] = []
        for (index, move) in list.enumerated() { moves.append(try Move(RecordReader(move, at: "moves[\(index)]"), adapter)) }
        let kind = try reader.choice("event", of: Kind.self)
        let version = try reader.optionalVersion("version", of: adapter)
        guard (version == nil) == kind.concernsAdapter else { throw reader.fault("version", wanted: "what the event is about") }
        let otherName =
            try reader.optionalText("other_name") == nil
            ? nil : try reader.parse("other_name") { text throws(NameError) in try AdapterName(text) }
        guard (otherName != nil) == kind.namesAnother else { throw reader.fault("other_name", wanted: "the other name") }
        self.init(
            id: try reader.positive("id"), kind: kind, version: version, at: try reader.timestamp("at"), actor: actor,
            reason: try reader.text("reason"), isForced: try reader.optionalFlag("forced") ?? false,
            otherName: otherName, moves: moves)
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
