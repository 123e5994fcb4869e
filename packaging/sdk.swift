// swift-tools-version: 6.3
// The package of what `make install` brings for authors of plugins in Swift: a part of the sources, by the same names.
import PackageDescription

let dialect: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
]

let package = Package(
    name: "universal-worker",
    products: [
        .library(name: "WorkerSDK", targets: ["WorkerSDK"]),
        .library(name: "WorkerSDKTesting", targets: ["WorkerSDKTesting"]),
    ],
    targets: [
        .target(name: "CWorkerPlugin"),
        .target(name: "WorkerSDK", dependencies: ["CWorkerPlugin"], swiftSettings: dialect),
        .target(
            name: "WorkerSDKTesting", dependencies: ["CWorkerPlugin", "WorkerSDK"],
            swiftSettings: dialect),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c17
)
