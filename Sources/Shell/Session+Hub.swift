import Foundation
import HTTP
import Hub
import Lifecycle

extension Session {
    /// How servers are asked: until Ctrl-C.
    var http: HTTPSettings {
        var settings = HTTPSettings()
        settings.userAgent = "lora-keeper/\(LoraCommand.version)"
        settings.isStopped = { isInterrupted }
        return settings
    }

    /// The hub and its cache, as Hugging Face's variables name them.
    func hub(isOffline: Bool = false) throws -> HubAccess {
        try HubAccess(environment: environment, http: http, isOffline: isOffline)
    }

    func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: url(path).path) }
}

extension HubReference {
    /// Nil where it names no model of the hub.
    init?(ifValid text: String) {
        do throws(HubError) {
            try self.init(text)
        } catch {
            return nil
        }
    }
}
