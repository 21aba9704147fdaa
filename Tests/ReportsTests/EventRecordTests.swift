import Foundation
import TestSupport
import Testing

@testable import Reports

@Suite struct EventRecordTests {
    /// The check value of the polynomial, and those of RFC 3720, appendix B.4.
    @Test(
        arguments: [
            (Data("123456789".utf8), 0xE306_9283), (Data(count: 32), 0x8A91_36AA),
            (Data(repeating: 0xFF, count: 32), 0x62A8_AB43),
            (Data(0..<32), 0x46DD_794E), (Data(), 0),
        ] as [(Data, UInt32)])
    func checksumsAreThoseOfTheStandard(data: Data, checksum: UInt32) { #expect(CRC32C.of(data) == checksum) }

    /// Byte for byte what the package tensorboard writes for the same events.
    @Test func recordsAreThoseOfTensorBoard() throws {
        let written =
            EventRecord.fileVersion(at: 1_700_000_000.5) + EventRecord.start(at: 1_700_000_001, step: 300)
            + EventRecord.scalars([("train/loss", 0.75), ("train/learning_rate", 2e-4)], at: 1_700_000_001.25, step: 300)
            + EventRecord.scalars([("eval/loss", 1.5)], at: 1_700_000_002, step: 0)
        #expect(written == (try Data(contentsOf: Fixture.root.appending(path: "reports/events.tfevents"))))
    }
}
