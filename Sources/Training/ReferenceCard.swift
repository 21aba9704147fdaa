/// An accelerator that the guide compares with. None of it is measured here: peaks and memory are the makers' data sheets, prices what
/// renting one typically cost when the table was written, and the utilization is an assumption.
public struct ReferenceCard: Sendable, Hashable {
    public let name: String
    /// Dense bf16 operations per second.
    public let peak: Double
    public let memory: Int
    /// US dollars.
    public let pricePerHour: Double

    /// The month that the prices are of.
    public static let asOf = "2025-12"
    /// The share of the peak that a LoRA training of one card usually reaches.
    public static let utilization = 0.35
    /// What a card's driver and libraries take beside the training.
    public static let overhead = 1_500_000_000

    public static let all = [
        ReferenceCard(name: "RTX 4090", peak: 165e12, memory: 24_000_000_000, pricePerHour: 0.5),
        ReferenceCard(name: "A100 80 GB", peak: 312e12, memory: 80_000_000_000, pricePerHour: 1.5),
        ReferenceCard(name: "H100 80 GB", peak: 989e12, memory: 80_000_000_000, pricePerHour: 2.5),
    ]
}
