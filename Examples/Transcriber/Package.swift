// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "Transcriber",
    products: [.library(name: "Transcriber", type: .dynamic, targets: ["Transcriber"])],
    dependencies: [.package(name: "universal-worker", path: "../..")],
    targets: [
        .systemLibrary(
            name: "CPocketSphinx", pkgConfig: "pocketsphinx",
            providers: [.apt(["libpocketsphinx-dev"])]),
        .target(
            name: "Transcriber",
            dependencies: [
                "CPocketSphinx", .product(name: "WorkerSDK", package: "universal-worker"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
