extension JSONValue {
    /// An object with the name of its form, such as `lora.catalogue/1`, before its members.
    public func report(_ schema: String) -> JSONValue {
        .object(JSONObject([("schema", .string(schema))] + (objectValue.map { Array($0.members) } ?? [])))
    }
}
