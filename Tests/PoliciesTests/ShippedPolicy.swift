import Foundation
import Policies
import TestSupport

/// The policies that the repository ships.
enum ShippedPolicy: String, CaseIterable {
    case `default`, strict, frugal

    var file: URL { Fixture.policies.appending(path: "\(rawValue).yaml") }

    func source() throws -> PolicyFile { try PolicyFile(file) }

    func load() throws -> Policy { try source().policy { "bytes:\($0.count)" } }
}
