import CWorkerPlugin
import Synchronization
import Testing
import WorkerSDK

@Suite struct ExportTests {
    private static var classes: [any PluginClass.Type] {
        [Greeter.self, Counter.self, Waiting.self]
    }

    @Test func `A class is found by the name of its type, with or without its module`() {
        for name in ["Greeter", "WorkerSDKTests.Greeter"] {
            #expect(unsafe LoadedPlugin.ask(name, of: Self.classes).answer == Answer(UW_OK))
        }
    }

    @Test func `An unknown class is answered with the names that exist`() {
        let answer = unsafe LoadedPlugin.ask("Greter", of: Self.classes).answer
        #expect(answer == Answer(UW_UNKNOWN_CLASS, "Greeter, Counter, Waiting"))
    }

    @Test(arguments: [(UInt32(2), UInt32?.none), (1, 80)])
    func `Another ABI is refused in words that name both`(major: UInt32, size: UInt32?) {
        let host = unsafe FakeHost.makeTable(major: major, size: size)
        let answer = unsafe LoadedPlugin.ask("Greeter", of: Self.classes, host).answer
        let whole = unsafe UInt32(MemoryLayout<uw_host>.size)
        let text = """
            The plugin needs a worker with plugin ABI 1.\(UW_ABI_MINOR) or a newer 1.x; this one has \
            \(major).0, with a table of \(size ?? whole) bytes
            """
        #expect(answer == Answer(UW_WRONG_ABI, text))
    }

    @Test func `The table says how calls run`() throws {
        let found = try [Greeter.self, Counter.self, Returning.self, Waiting.self].map {
            (type: any PluginClass.Type) in try #require(LoadedPlugin(type)).declared
        }
        #expect(found == [[0, 1, 1], [1, 1, 1], [2, 3, 1], [2, 4, 1]])
    }

    @Test func `The table names the class, and leaves out a cancellation that is not supported`()
        throws
    {
        let counter = try #require(LoadedPlugin(Counter.self))
        #expect(counter.name == "The Counter")
        #expect(counter.version == "2")
        #expect(counter.abi == [1, UInt32(UW_ABI_MINOR), 200])
        #expect(counter.hasCancel)
        let failing = try #require(LoadedPlugin(Failing.self))
        #expect(failing.name == "Failing")
        #expect(!failing.hasCancel)
        #expect(failing.declared == [0, 1, 0])
    }

    @Test func `A type that is no plugin of any kind is refused`() {
        struct Vague: PluginClass { static let version = "1" }
        let answer = unsafe LoadedPlugin.ask("Vague", of: [Vague.self]).answer
        #expect(answer.status == UW_ERROR)
        #expect(answer.text?.contains("conforms to none of WorkerPlugin") == true)
    }

    @Test func `A failure to create an instance tells why`() throws {
        struct Broken: WorkerPlugin {
            static let version = "1"
            init() throws { throw PluginError(.unavailable, "no device") }
            func execute(_: NoArguments, call: CallContext) {}
        }
        let broken = try #require(LoadedPlugin(Broken.self))
        #expect(broken.created == Answer(UW_UNAVAILABLE, "no device"))
    }

    @Test func `The log and the change of a configuration reach the worker`() {
        _ = unsafe LoadedPlugin.ask("Greeter", of: Self.classes)
        let before = FakeHost.state.withLock { $0.configurationChanges }
        Worker.log(.warning, "odd")
        Worker.configurationChanged()
        #expect(FakeHost.state.withLock { $0.logs.contains("1 odd") })
        #expect(FakeHost.state.withLock { $0.configurationChanges } > before)
    }
}
