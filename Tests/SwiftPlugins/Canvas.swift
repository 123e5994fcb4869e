import WorkerSDK

/// Takes arguments of many types, all of which the API document shows.
struct Canvas: ConcurrentWorkerPlugin, EndpointPlugin {
    enum Mode: String, Codable, CaseIterable { case fill, line }
    struct Point: Codable, Sendable {
        var x: Int32
        var y: Double?
    }
    struct Arguments: Decodable {
        var mode: Mode
        var points: [Point]
        var scale: Int
        var weight: UInt8?
        var label: String?
        var layers: [String: [Bool]]?
    }

    static let version = "1"
    static let maximumConcurrency = 2

    static var endpoints: [Endpoint<Canvas>] {
        [.post("/point", taking: Point.self) { _, point, _ in point }]
    }

    func execute(_ arguments: Arguments, call: CallContext) -> Int { arguments.points.count }
}
