/// The policies of `policies/`, compiled in, so that the binary alone can judge.
enum ShippedPolicies {
    static let texts: [String: String] = [
        "default": String(decoding: PackageResources.default_yaml, as: UTF8.self),
        "strict": String(decoding: PackageResources.strict_yaml, as: UTF8.self),
        "frugal": String(decoding: PackageResources.frugal_yaml, as: UTF8.self),
    ]
}
