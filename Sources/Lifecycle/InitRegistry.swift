import DurableFiles
import Foundation
import Registry

/// Lays a registry and the shipped policies into a folder, keeping every file that is already there.
public enum InitRegistry {
    /// - Returns: what was created, in order; empty when everything was there.
    public static func run(in folder: URL) throws -> [URL] {
        var created = try RegistryLayout.initialize(at: folder.appending(path: "registry"))
        let policies = folder.appending(path: "policies")
        try DurableFile.makeFolder(policies)
        for (name, text) in ShippedPolicies.texts.sorted(by: { $0.key < $1.key }) {
            let file = policies.appending(path: "\(name).yaml")
            guard !FileManager.default.fileExists(atPath: file.path) else { continue }
            try DurableFile.write(Data(text.utf8), to: file)
            created.append(file)
        }
        return created
    }
}
