// swift-tools-version: 6.2
import PackageDescription

/// Settings every Swift target of this package is built with: nothing here is per-target.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// A Swift target of the house; an entry in `uses` is a permission to import, and the only one.
func house(
    _ name: String, uses dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func tests(_ name: String, of dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "llavad",
    products: [
        .executable(name: "llavad", targets: ["llavad"]),
        .executable(name: "llavactl", targets: ["llavactl"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C: SIMD kernels and shims over system libraries, nothing else.
        .target(name: "CKernels"),
        .target(name: "CSystem"),
        .target(name: "CTransfer", linkerSettings: [.linkedLibrary("curl")]),
        .target(
            name: "CImages",
            linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png")]),
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),

        // Leaves.
        house("Threads", uses: ["CSystem"]),
        house("ModelFiles"),
        house("Images", uses: ["CImages"]),
        house("Folders", uses: ["Threads"]),
        house("Hub", uses: ["CTransfer", crypto]),
        house("Settings", uses: [yams]),

        // The engine: pixels and text in, tokens out; no database, no queue.
        house(
            "LLaVA",
            uses: ["CKernels", "COpenBLAS", "CSystem", "Threads", "ModelFiles", "Images", crypto]),

        // One picture to its answers; no database, no queue.
        house(
            "Pipeline", uses: ["LLaVA", "Images", crypto, yams],
            resources: [.embedInCode("Presets")]),

        // Rows, SQL, migrations, leases; no engine.
        house(
            "Storage", uses: ["CLibPQ", "CSystem", "Threads", logging],
            resources: [.embedInCode("Migrations")]),

        // The only place where pictures and rows meet.
        house("Workers", uses: ["Pipeline", "Storage", "Folders", "Threads", logging]),

        // The engine's and the pictures' parts as the settings want them, for both programs.
        house("Assembly", uses: ["LLaVA", "Images", "Settings"]),

        .executableTarget(
            name: "llavad",
            dependencies: [
                "Assembly", "Workers", "Pipeline", "Storage", "Folders", "LLaVA", "Images",
                "Settings",
                "Threads", argumentParser, logging, lifecycle,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "llavactl",
            dependencies: [
                "Assembly", "CSystem", "Pipeline", "Storage", "Folders", "Hub", "LLaVA", "Images",
                "ModelFiles",
                "Settings", "Threads", argumentParser, logging,
            ],
            swiftSettings: strict),

        tests("HouseTests", of: []),
        tests("CKernelsTests", of: ["CKernels"]),
        tests("ThreadsTests", of: ["Threads"]),
        tests("ModelFilesTests", of: ["ModelFiles"]),
        tests("ImagesTests", of: ["Images"]),
        tests("FoldersTests", of: ["Folders"]),
        tests("HubTests", of: ["Hub", "Threads", crypto]),
        tests("SettingsTests", of: ["Settings"]),
        tests("LLaVATests", of: ["LLaVA", "CKernels", "ModelFiles", "Images", "Threads"]),
        tests("PipelineTests", of: ["Pipeline", "LLaVA", "Images"]),
        tests("StorageTests", of: ["Storage"]),
        tests(
            "WorkersTests",
            of: ["Workers", "Pipeline", "LLaVA", "Storage", "Folders", "Images", logging]),
        tests("llavadTests", of: ["llavad", "Workers", "Storage", "Settings", logging]),
        tests("llavactlTests", of: ["llavactl", "llavad", "Storage"]),
    ]
)

// Measures the product and is no part of it: LLAVAD_BENCHMARKS=1 swift build …
if Context.environment["LLAVAD_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "pipeline-benchmark",
            dependencies: ["Workers", "Pipeline", "LLaVA", "Storage", "Images", logging],
            path: "Benchmarks/Pipeline", swiftSettings: strict))
}

// Compares the engine with its references and is no part of it: LLAVAD_FIDELITY=1 swift build …
if Context.environment["LLAVAD_FIDELITY"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fidelity-probe", dependencies: ["CKernels", "LLaVA", "Images", "ModelFiles"],
            path: "Tools/fidelity/Probe", swiftSettings: strict))
}

// Feeds the readers of downloaded files with made-up ones: see Fuzz/README.md.
if Context.environment["LLAVAD_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["LLaVA", "ModelFiles"], path: "Fuzz",
            exclude: ["README.md", "cases", "dictionaries", "run.sh"], swiftSettings: strict))
}
