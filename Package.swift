// swift-tools-version: 6.2
import PackageDescription

/// Kernels are optimised in every configuration: the tests run real training, and a debug kernel is 20 times slower.
let kernelSettings: [CSetting] = [
    .unsafeFlags(["-O3", "-ffp-contract=off", "-fno-math-errno", "-Wall", "-Wextra", "-Werror"])
]

/// Arithmetic, tokens and JSON are optimised in every configuration too: the tests train some hundred times.
let hotSettings: [SwiftSetting] = [.unsafeFlags(["-O"])]

let package = Package(
    name: "lora-keeper",
    products: [.executable(name: "lora", targets: ["lora"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Leaves: no policy, no numerics.
        .target(name: "Faults"),
        .target(name: "StrictJSON", dependencies: ["Faults"], swiftSettings: hotSettings),
        .target(name: "StrictYAML", dependencies: ["Faults", "StrictJSON", .product(name: "Yams", package: "Yams")]),
        .target(name: "Randomness", swiftSettings: hotSettings),
        .target(name: "SharedWork", swiftSettings: hotSettings),
        .target(name: "Similarity", dependencies: ["SharedWork"], swiftSettings: hotSettings),
        .target(name: "CLinux"),
        .target(name: "DurableFiles", dependencies: ["CLinux", "Faults"]),
        .target(name: "Digests", dependencies: ["DurableFiles", .product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "Metrics", dependencies: ["Faults", "StrictJSON"], swiftSettings: hotSettings),
        .target(name: "Archives", dependencies: ["DurableFiles", "Faults"]),
        // opens libcurl itself, when it is first needed
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "HTTP", dependencies: ["CCurl", "Faults", "StrictJSON"]),

        .target(
            name: "Hub",
            dependencies: [
                "Digests", "DurableFiles", "Faults", "HTTP", "StrictJSON", .product(name: "Crypto", package: "swift-crypto"),
            ]),

        .target(name: "Endpoints", dependencies: ["DurableFiles", "Faults", "HTTP", "StrictJSON"]),

        // The numeric stack.
        .target(name: "CKernels", cSettings: kernelSettings),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .target(name: "Tensors", dependencies: ["CKernels", "Faults", "StrictJSON", "DurableFiles"], swiftSettings: hotSettings),
        .target(name: "Tokenizers", dependencies: ["Faults", "StrictJSON"], swiftSettings: hotSettings),
        .target(
            name: "Llama", dependencies: ["Tensors", "Faults", "StrictJSON", "Digests", "DurableFiles", "Randomness"],
            swiftSettings: hotSettings),
        .target(
            name: "Training",
            dependencies: [
                "Digests", "DurableFiles", "Faults", "Llama", "Metrics", "Randomness", "SharedWork", "Similarity", "StrictJSON",
                "Tensors", "Tokenizers",
            ],
            swiftSettings: hotSettings),
        // Above the trainer: what is wrong with rows, and how they are parted and cleaned.
        .target(
            name: "DataDoctor",
            dependencies: [
                "DurableFiles", "Faults", "Randomness", "SharedWork", "Similarity", "StrictJSON", "Tokenizers", "Training",
            ],
            swiftSettings: hotSettings),
        .target(name: "Export", dependencies: ["Llama", "Tensors", "Faults", "StrictJSON", "Digests", "DurableFiles"]),

        // The record stack.
        .target(name: "Adapters", dependencies: ["Digests", "DurableFiles", "Faults", "Metrics", "StrictJSON"]),
        .target(name: "Policies", dependencies: ["Adapters", "Faults", "Monitoring", "StrictJSON", "StrictYAML"]),
        // Verbs as processes of their own.
        .target(name: "Jobs", dependencies: ["Adapters", "DurableFiles", "Faults", "StrictJSON"]),
        .target(name: "Schedules", dependencies: ["Adapters", "Faults"]),
        // A known world that drives the policies through years.
        .target(
            name: "Simulation", dependencies: ["Adapters", "Policies", "Randomness", "StrictJSON"], swiftSettings: hotSettings),
        // Pages, charts and event files: values in, text and bytes out.
        .target(name: "Reports", dependencies: ["Digests"]),
        .target(name: "Monitoring", dependencies: ["Adapters", "Metrics", "Randomness"], swiftSettings: hotSettings),
        .target(
            name: "Registry",
            dependencies: [
                "Adapters", "Digests", "DurableFiles", "Faults", "Metrics", "SharedWork", "StrictJSON", "StrictYAML",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .target(
            name: "Suites",
            dependencies: [
                "Adapters", "Digests", "DurableFiles", "Faults", "Metrics", "Registry", "StrictJSON", "Tokenizers", "Training",
            ],
            // suites/ itself, through a link, as the policies
            resources: [.embedInCode("ShippedSuites")]),
        .systemLibrary(name: "CGit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
        .systemLibrary(name: "CSSH2", pkgConfig: "libssh2", providers: [.apt(["libssh2-1-dev"])]),
        .target(
            name: "Versions",
            dependencies: [
                "Adapters", "CGit2", "CSSH2", "Digests", "DurableFiles", "Faults", "StrictJSON",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),

        // Where the stacks meet, and what people touch.
        .target(
            name: "Lifecycle",
            dependencies: [
                "Adapters", "Archives", "DataDoctor", "Digests", "DurableFiles", "Endpoints", "Export", "Faults", "HTTP", "Hub",
                "Llama",
                "Metrics", "Monitoring", "Policies", "Randomness", "Registry", "Reports", "Schedules", "SharedWork",
                "StrictJSON", "Suites", "Tensors", "Tokenizers", "Training", "Versions",
            ],
            // policies/ itself, through a link, so that the binary alone can judge
            resources: [.embedInCode("ShippedPolicies")]),
        .target(name: "CReadline", linkerSettings: [.linkedLibrary("readline")]),
        .target(
            name: "Shell",
            dependencies: [
                "Adapters", "CReadline", "DataDoctor", "DurableFiles", "Endpoints", "Export", "Faults", "HTTP", "Hub", "Jobs",
                "Lifecycle",
                "Llama", "Metrics", "Monitoring", "Policies", "Randomness", "Registry", "Reports", "Schedules", "SharedWork",
                "Simulation", "StrictJSON", "Suites", "Tensors", "Training", "Versions",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(name: "lora", dependencies: ["Shell"]),

        // How fast the kernels are: `make bench-kernels`.
        .target(
            name: "CCeilings", dependencies: ["CKernels"], path: "Benchmarks/CCeilings", cSettings: kernelSettings),
        .executableTarget(
            name: "kernel-bench", dependencies: ["CCeilings", "CKernels", "COpenBLAS", "Tensors"],
            path: "Benchmarks/KernelBench"),

        // Tests.
        .target(
            name: "TestSupport", dependencies: ["StrictJSON"], path: "Tests/TestSupport"),
        .target(
            name: "TestServers", dependencies: ["StrictJSON", .product(name: "Crypto", package: "swift-crypto")],
            path: "Tests/TestServers"),
        .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON", "TestSupport"]),
        .testTarget(name: "StrictYAMLTests", dependencies: ["StrictYAML", "Faults", "StrictJSON", "TestSupport"]),
        .testTarget(name: "RandomnessTests", dependencies: ["Randomness"]),
        .testTarget(name: "SharedWorkTests", dependencies: ["SharedWork"]),
        .testTarget(name: "SimilarityTests", dependencies: ["Similarity", "Randomness"]),
        .testTarget(name: "DurableFilesTests", dependencies: ["DurableFiles", "TestSupport"]),
        .testTarget(name: "DigestsTests", dependencies: ["Digests", "DurableFiles", "TestSupport"]),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics", "Faults", "StrictJSON", "TestSupport"]),
        .testTarget(name: "ArchivesTests", dependencies: ["Archives", "DurableFiles"]),
        .testTarget(name: "HTTPTests", dependencies: ["HTTP", "Faults", "StrictJSON", "TestServers", "TestSupport"]),
        .testTarget(
            name: "HubTests", dependencies: ["Hub", "DurableFiles", "Faults", "HTTP", "StrictJSON", "TestServers", "TestSupport"]),
        .testTarget(
            name: "EndpointsTests",
            dependencies: ["Endpoints", "DurableFiles", "Faults", "HTTP", "StrictJSON", "TestServers", "TestSupport"]),
        .testTarget(name: "TensorsTests", dependencies: ["Tensors", "CKernels", "StrictJSON", "TestSupport"]),
        .testTarget(name: "TokenizersTests", dependencies: ["Tokenizers", "StrictJSON", "TestSupport"]),
        .testTarget(
            name: "LlamaTests",
            dependencies: ["Llama", "Digests", "DurableFiles", "Tensors", "Randomness", "StrictJSON", "TestSupport"]),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Training", "Digests", "DurableFiles", "Llama", "Metrics", "Randomness", "Tensors", "Tokenizers", "StrictJSON",
                "TestSupport",
            ]),
        .testTarget(
            name: "DataDoctorTests",
            dependencies: [
                "DataDoctor", "DurableFiles", "Faults", "Randomness", "Similarity", "StrictJSON", "TestSupport", "Tokenizers",
                "Training",
            ]),
        .testTarget(name: "ExportTests", dependencies: ["Export", "Faults", "Llama", "StrictJSON", "Tensors", "TestSupport"]),
        .testTarget(name: "AdaptersTests", dependencies: ["Adapters", "Digests", "Faults", "StrictJSON", "TestSupport"]),
        .testTarget(
            name: "PoliciesTests",
            dependencies: [
                "Policies", "Adapters", "Faults", "Metrics", "Monitoring", "Randomness", "StrictJSON", "StrictYAML",
                "TestSupport",
            ]),
        .testTarget(
            name: "SuitesTests",
            dependencies: ["Suites", "Adapters", "DurableFiles", "Faults", "Registry", "StrictJSON", "Training", "TestSupport"]),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["Simulation", "Adapters", "Policies", "Randomness", "StrictJSON", "TestSupport"]),
        .testTarget(name: "ReportsTests", dependencies: ["Reports", "Digests", "TestSupport"]),
        .testTarget(name: "SchedulesTests", dependencies: ["Schedules", "Adapters", "Faults", "StrictJSON", "TestSupport"]),
        .testTarget(name: "MonitoringTests", dependencies: ["Monitoring", "Adapters", "Metrics", "Randomness", "TestSupport"]),
        .testTarget(
            name: "RegistryTests",
            dependencies: [
                "Registry", "Adapters", "Digests", "DurableFiles", "Faults", "Metrics", "Randomness", "StrictJSON", "StrictYAML",
                "TestSupport",
                "Versions", .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "VersionsTests",
            dependencies: ["Versions", "Adapters", "Digests", "DurableFiles", "Faults", "StrictJSON", "TestSupport"]),
        .testTarget(
            name: "LifecycleTests",
            dependencies: [
                "Lifecycle", "Adapters", "Archives", "DataDoctor", "Digests", "DurableFiles", "Endpoints", "Faults", "HTTP",
                "Hub", "Llama",
                "Metrics", "Policies",
                "Randomness",
                "Registry", "Suites", "Tokenizers", "Training",
                "Versions",
                "StrictJSON", "TestServers", "TestSupport",
            ]),
        .testTarget(
            name: "ShellTests", dependencies: ["Shell", "Lifecycle", "StrictJSON", "TestServers", "TestSupport", "lora"]),
        .testTarget(name: "JobsTests", dependencies: ["Jobs", "Adapters", "DurableFiles", "StrictJSON", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)

// `make sanitize` builds the kernels' tests with what they depend on, and nothing else.
if Context.environment["LORA_KERNEL_TESTS_ALONE"] != nil {
    var kept: Set = ["TensorsTests"]
    var pending = kept
    while let name = pending.popFirst() {
        let dependencies = package.targets.first { $0.name == name }?.dependencies ?? []
        for case .byNameItem(let dependency, _) in dependencies where kept.insert(dependency).inserted {
            pending.insert(dependency)
        }
    }
    package.products = []
    package.dependencies = []
    package.targets.removeAll { !kept.contains($0.name) }
}
