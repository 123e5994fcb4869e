// swift-tools-version: 6.3
import PackageDescription

let dialect: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]
let strictC: [CSetting] = [
    .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
]
let strictCXX: [CXXSetting] = [
    .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
    .define("NDEBUG", .when(configuration: .release)),
]

/// A room of the daemon or of the SDK: a Swift target under the house's dialect.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: dialect)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: dialect)
}

let package = Package(
    name: "universal-worker",
    products: [
        .executable(name: "universal-worker", targets: ["Worker"]),
        .executable(name: "manual", targets: ["ManualTool"]),
        .library(name: "WorkerSDK", targets: ["WorkerSDK"]),
        .library(name: "WorkerSDKTesting", targets: ["WorkerSDKTesting"]),
        // A plugin that tests load.
        .library(name: "SwiftPlugins", type: .dynamic, targets: ["SwiftPlugins"]),
    ],
    targets: [
        // C and C++: one header each, each imported by one Swift target (the plugin ABI by two).
        .systemLibrary(
            name: "CMicroHTTPD", pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev"])]),
        .target(name: "CWorkerJSON", cxxSettings: strictCXX),
        .target(name: "CWorkerPlugin", cSettings: strictC),
        .target(name: "CPluginGuard", dependencies: ["CWorkerPlugin"], cxxSettings: strictCXX),
        .target(name: "CPluginProcess", cSettings: strictC),
        .target(name: "CCrash", cSettings: strictC),
        .target(name: "CLinux", cSettings: strictC),
        .target(name: "CThreads", cSettings: strictC),
        .target(name: "CPage", exclude: ["files"], cSettings: strictC),
        .target(name: "CTemplates", cSettings: strictC),

        // The rooms, lowest first; arrows point down only.
        room("WorkerCore"),
        room("WorkerThreads", ["CThreads", "WorkerCore"]),
        room("WorkerJSON", ["CWorkerJSON"]),
        room("WorkerCalls", ["WorkerCore", "WorkerJSON", "WorkerThreads"]),
        room("WorkerOS", ["CCrash", "CLinux", "CPluginProcess", "WorkerCore", "WorkerThreads"]),
        room(
            "PluginHost",
            [
                "CPluginGuard", "CPluginProcess", "CWorkerPlugin", "WorkerCalls", "WorkerCore",
                "WorkerJSON", "WorkerThreads",
            ]),
        room(
            "WorkerHTTP",
            ["CMicroHTTPD", "CPage", "WorkerCalls", "WorkerCore", "WorkerJSON", "WorkerThreads"]),
        room("WorkerTemplates", ["CTemplates", "WorkerCore", "WorkerOS"]),
        room("WorkerCheck", ["WorkerCore", "WorkerJSON", "WorkerOS", "WorkerThreads"]),
        .executableTarget(
            name: "Worker",
            dependencies: [
                "PluginHost", "WorkerCalls", "WorkerCheck", "WorkerCore", "WorkerHTTP",
                "WorkerJSON",
                "WorkerOS", "WorkerTemplates", "WorkerThreads",
            ],
            swiftSettings: dialect),

        // Man page and completions, for `make`: no part of the daemon.
        room("Manual", ["WorkerCore"]),
        .executableTarget(
            name: "ManualTool", dependencies: ["Manual", "WorkerCore"], swiftSettings: dialect),

        // For authors of plugins.
        room("WorkerSDK", ["CWorkerPlugin"]),
        room("WorkerSDKTesting", ["CWorkerPlugin", "WorkerSDK"]),

        // Tests: pure, in-process, and through the real binary.
        .target(
            name: "TestSupport", dependencies: ["WorkerCore"], path: "Tests/TestSupport",
            swiftSettings: dialect),
        // As an author writes it: without the house's dialect.
        .target(
            name: "SwiftPlugins", dependencies: ["WorkerSDK"], path: "Tests/SwiftPlugins",
            swiftSettings: [.treatAllWarnings(as: .error)]),
        tests("WorkerCoreTests", ["WorkerCore"]),
        tests("WorkerJSONTests", ["WorkerJSON"]),
        tests("WorkerOSTests", ["WorkerOS", "WorkerCore", "WorkerThreads"]),
        tests(
            "PluginHostTests",
            ["PluginHost", "WorkerCalls", "WorkerCore", "WorkerJSON", "WorkerThreads"]),
        tests(
            "WorkerHTTPTests",
            ["WorkerHTTP", "WorkerCalls", "WorkerCore", "WorkerJSON", "WorkerThreads"]),
        tests("WorkerSDKTests", ["WorkerSDK"]),
        // Likewise as an author writes them.
        .testTarget(
            name: "WorkerSDKTestingTests",
            dependencies: ["CWorkerPlugin", "SwiftPlugins", "WorkerSDK", "WorkerSDKTesting"],
            swiftSettings: [.treatAllWarnings(as: .error)]),
        tests("WorkerTests", []),
        tests("ManualTests", ["Manual", "WorkerCore"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c17,
    cxxLanguageStandard: .cxx17
)

// `make quick` builds the pure rooms and their tests alone.
if Context.environment["UW_PURE"] != nil {
    let pure = ["WorkerCore", "WorkerJSON", "CWorkerJSON", "TestSupport"]
    let tests = ["WorkerCoreTests", "WorkerJSONTests"]
    package.targets.removeAll { !(pure + tests).contains($0.name) }
    package.products = []
}
