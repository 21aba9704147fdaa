/// The release of this program.
public enum ProgramVersion {
    public static let current = "0.1.0"
    /// As records name who made them.
    public static let signature = "lora-keeper \(current)"
}
