import PluginHost
import TestSupport
import Testing
import WorkerCore

extension PluginHostTests {
    @Suite struct ThreadingTests {
        @Test(arguments: [("Serial", 1), ("Affine", 1), ("Concurrent", 4)])
        func `As many calls run at once as the plugin declares, and never more`(
            className: String, concurrency: Int
        ) throws {
            try withPlugin("threading", className, maxQueue: 1000) { plugin throws in
                let gate = try plugin.gate()
                let calls = try (0..<(concurrency + 3)).map { _ in
                    try plugin.submit(.execute, "{\(gate.kwargs)}")
                }
                for _ in 0..<concurrency { try gate.arrival() }
                #expect(plugin.loaded.load == (concurrency, 3))
                try gate.release(calls.count)
                for call in calls { _ = try call.outcome() }
                let quick = try (0..<200).map { _ in try plugin.submit() }
                for call in quick { _ = try call.outcome() }
                guard case .value(let report) = try plugin.execute("report") else { return }
                #expect(report.contains("\"most\":\(concurrency),"))
                #expect(report.contains("\"call_threads\":\(concurrency),"))
                let threads = (0..<concurrency).map { "uw-exec-\($0)" }
                #expect(plugin.threads.withLock { $0.sorted() } == threads)
            }
        }

        @Test func `An affine plugin has all its functions called on one thread`() throws {
            try withPlugin("threading", "Affine") { plugin throws in
                _ = try plugin.run(.initialize)
                _ = try plugin.run()
                _ = try plugin.run(.cleanup)
                guard case .value(let report) = try plugin.execute("report") else { return }
                #expect(report.contains("\"threads\":1}"))
            }
        }

        @Test func `Initialize runs beside no call, also where calls run beside each other`() throws
        {
            try withPlugin("threading", "Concurrent") { plugin throws in
                let gate = try plugin.gate()
                let order = Monitor<[String]>([])
                func submit(_ kind: CallKind, _ kwargs: String, _ name: String) throws -> Recorder {
                    try plugin.submit(kind, kwargs, to: Recorder(name, in: order))
                }
                for _ in 0..<2 { _ = try submit(.execute, "{\(gate.kwargs)}", "before") }
                for _ in 0..<2 { try gate.arrival() }
                _ = try submit(.initialize, "{\(gate.kwargs)}", "initialize")
                let behind = try (0..<2).map { _ in
                    try submit(.execute, "{\(gate.kwargs)}", "behind")
                }
                // Two places are free, and nobody takes them.
                #expect(plugin.loaded.load == (2, 3))
                try gate.release()
                try gate.release()
                #expect(try gate.arrival() == "initializing")
                #expect(plugin.loaded.load == (1, 2))
                try gate.release()
                for _ in behind { #expect(try gate.arrival() == "inside") }
                #expect(order.withLock { $0 } == ["before", "before", "initialize"])
                try gate.release(2)
                for call in behind { _ = try call.outcome() }
            }
        }

        @Test func `Calls from many threads each have their own outcome, once`() throws {
            try withPlugin("threading", "Concurrent", maxQueue: 100_000) { plugin throws in
                let clients = (0..<4).map { client in
                    Background { () throws -> Int in
                        var good = 0
                        for number in 0..<250 {
                            let id = "\(client)-\(number)"
                            let recorder = try plugin.submit(.execute, "{\"id\":\"\(id)\"}")
                            let value = Outcome.value(
                                #"{"args":[1,"two"],"kwargs":{"id":""# + id + "\"}}")
                            if try recorder.outcome() == value, recorder.outcomes.count == 1 {
                                good += 1
                            }
                        }
                        return good
                    }
                }
                for client in clients { #expect(try client.value() == 250) }
            }
        }
    }
}
