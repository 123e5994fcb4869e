// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "Greeter",
    products: [.library(name: "Greeter", type: .dynamic, targets: ["Greeter"])],
    dependencies: [.package(name: "universal-worker", path: "../..")],
    targets: [
        .target(
            name: "Greeter",
            dependencies: [.product(name: "WorkerSDK", package: "universal-worker")]),
        .testTarget(
            name: "GreeterTests",
            dependencies: [
                "Greeter", .product(name: "WorkerSDKTesting", package: "universal-worker"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
