extension LoRAAdapter {
    /// An adapter that changes nothing yet: A uniform in ±1/√inputs, B zero.
    ///
    /// Each A depends on the seed and its module's path alone.
    public init(fresh configuration: LoRAConfiguration, for model: ModelConfiguration, seed: UInt64) throws {
        fatalError("lands next")
    }
}
