import Digests
import StrictJSON
import Testing

@testable import Adapters

@Suite("Data sets: names, digits and manifests")
struct DatasetTests {
    private func id(_ hex: String) throws -> DatasetID {
        DatasetID(try #require(ContentDigest(hex + String(repeating: "0", count: 64 - hex.count))))
    }

    @Test("a tag holds the whole digest, and reads back")
    func tags() throws {
        let id = try id("1a2b3c4d")
        #expect(id.tag == "datasets/ds-1a2b3c4d" + String(repeating: "0", count: 56))
        #expect(DatasetID(tag: id.tag) == id)
        #expect(id.description == "ds-1a2b3c4d")
        for tag in [
            "datasets/ds-1a2b3c4d", "datasets/\(id.digest.hex)", "ds-\(id.digest.hex)", id.tag.uppercased(), id.tag + "0",
        ] {
            #expect(DatasetID(tag: tag) == nil, "\(tag)")
        }
    }

    @Test("as many digits are shown as tell the data sets apart, eight at least")
    func digits() throws {
        let (first, clash, other) = (try id("1a2b3c4d1"), try id("1a2b3c4d2"), try id("ff"))
        #expect(DatasetID.digitsApart([first, other]) == 8)
        #expect(DatasetID.digitsApart([first, clash, other]) == 9)
        #expect(DatasetID.digitsApart([first, first]) == 8)
        #expect(DatasetID.digitsApart([] as [DatasetID]) == 8)
        let typed = try #require(DatasetAbbreviation("ds-1A2B3C4D"))
        #expect([first, clash, other].filter(typed.means) == [first, clash])
        for text in ["ds-1a2", "ds-1a2g", "1a2b3c4d", "ds-", "ds-\(first.digest.hex)0", "ds-1a2b@v1"] {
            #expect(DatasetAbbreviation(text) == nil, "\(text)")
        }
    }

    private func manifest(keepsRows: Bool = true) -> DatasetManifest {
        DatasetManifest(
            train: .init(split: .init(digest: ContentDigest(of: [1]), rows: 600), bytes: 70_000, source: "data/train.jsonl"),
            heldOut: .init(split: .init(digest: ContentDigest(of: [2]), rows: 120), bytes: 9_000, source: "data/held_out.jsonl"),
            keepsRows: keepsRows)
    }

    @Test("a manifest reads back, and names the data set that the same splits make")
    func manifests() throws {
        for keepsRows in [true, false] {
            let manifest = manifest(keepsRows: keepsRows)
            #expect(try DatasetManifest(json: JSONValue(parsing: manifest.data)) == manifest)
        }
        #expect(manifest().id == manifest(keepsRows: false).id)
        #expect(manifest().json["rows"] == 720 && manifest().json["bytes"] == 79_000)
        #expect(manifest().id.digest == manifest().version.digest)
    }

    @Test("a manifest that is not what we write is refused", arguments: ["schema", "digest", "splits", "rows_kept"])
    func damagedManifests(key: String) throws {
        var json = try #require(manifest().json.objectValue)
        json[key] = .string("sha256:" + String(repeating: "0", count: 64))
        let error = try #require(throws: DamagedRecord.self) { try DatasetManifest(json: .object(json)) }
        #expect(error.source == .dataset && error.key.hasPrefix(key))
    }
}
