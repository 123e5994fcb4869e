import Glibc
import TestSupport
import Testing

/// The guard of a Python plugin's process, which outlives a worker that is killed, for a moment.
@Suite(.blocking) struct PythonGuardTests {
    /// The numbers of the class's process, of its guard, and of what the class has started.
    private func family(_ worker: LiveWorker) throws -> [Int32] {
        let text = try worker.client.execute("{\"mode\":\"family\"}").text
        let numbers = text.split { !$0.isNumber }.compactMap { Int32($0) }
        try #require(numbers.count == 5, "\(text)")
        for number in numbers { #expect(kill(number, 0) == 0) }
        return numbers
    }

    private func expectGone(_ processes: [Int32]) {
        for process in processes { #expect(ProcessFacts(process).comesToAnEnd(), "\(process)") }
    }

    @Test func `A kill of the worker ends the process and all that it has started, sessions too`()
        throws
    {
        let worker = try PythonWorker.start()
        let family = try family(worker)
        worker.process.signal(SIGKILL)
        try worker.process.expectEnd(.signalled(SIGKILL))
        expectGone(family)
    }

    @Test func `So it does while C code holds the interpreter's lock`() throws {
        let worker = try PythonWorker.start()
        let family = try family(worker)
        let connection = try worker.begin("holding", "{\"mode\":\"hold\"}")
        try worker.process.standardError.line(containing: "holding the lock")
        worker.process.signal(SIGKILL)
        #expect(throws: (any Error).self) { try connection.readResponse() }
        expectGone(family)
    }

    @Test
    func `A kill of the guard ends the process, and the worker as by the process's own death`()
        throws
    {
        let worker = try PythonWorker.start()
        let family = try family(worker)
        _ = kill(family[1], SIGKILL)
        try worker.process.expectEnd(.signalled(SIGKILL))
        expectGone(family)
    }

    @Test func `At an end in good order nothing is left of it all`() throws {
        let worker = try PythonWorker.start()
        let family = try family(worker)
        try worker.terminate(expecting: .exited(0))
        expectGone(family)
    }

    @Test
    func `The guard has one descriptor, less than a megabyte of memory, and a name of its own`()
        throws
    {
        let worker = try PythonWorker.start()
        let facts = ProcessFacts(try family(worker)[1])
        #expect(facts.descriptors == 1)
        #expect(facts.title == "uw-guard")
        // A sanitizer's guard keeps its memory: the instrumented code needs it.
        if Sanitizer.leavesMemoryAlone {
            #expect((1..<1_024).contains(facts.residentKiB), "\(facts.residentKiB)")
        }
    }
}
