import Testing
import WorkerSDK

@testable import Greeter

@Test func `A wrong configuration is refused`() throws {
    var plugin = Greeter()
    try plugin.initialize(.init())
    #expect(throws: PluginError.self) {
        var configuration = Greeter.Configuration()
        configuration.pause = -1
        try plugin.initialize(configuration)
    }
}
