import Foundation

/// Files under `Tests/Fixtures`.
public enum Fixture {
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")

    /// The policies that ship.
    public static let policies = root.deletingLastPathComponent().deletingLastPathComponent().appending(path: "policies")

    /// The golden made by transformers, PEFT, bitsandbytes, tokenizers or jinja2 at `path`.
    public static func golden(_ path: String) -> URL { root.appending(path: "golden").appending(path: path) }
}

/// A folder that lives as long as a test.
public final class TemporaryFolder: Sendable {
    public let url: URL

    public init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "lora-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}
