import Testing
import WorkerCore
import WorkerOS

/// Whose a command line is, by the function that decides it at the start of the process.
@Suite struct DropInRuleTests {
    enum Owner { case worker, python }

    private func owner(_ line: String, _ name: String, isFile: Bool = false) -> Owner {
        let arguments = [name] + line.split(separator: " ").map(String.init)
        return DropIn.isForWorker(arguments, path: "/env/bin/\(name)", isFile: isFile)
            ? .worker : .python
    }

    @Test(arguments: [
        // What hosts spawn.
        ("-m cjm_plugin_system.core.worker --module M --class C --port 1 --ppid 2", Owner.worker),
        ("-m cjm_substrate.core.worker --module M --class C --fd 3", .worker),
        ("-m cjm_substrate.core.worker --module=M --class=C --fd=3", .worker),
        ("-mcjm_substrate.core.worker --module M --class C --fd 3", .worker),
        ("-m anything --module M --class C --port 1", .worker),
        ("-m one -m two --module M --class C --port 1", .worker),
        ("-m cjm_plugin_system.core.worker --module M --port 1", .worker),
        ("--module M --class C --port 1", .worker), ("--module=M --class=C --port=1", .worker),
        ("--class C --port 1 --module M", .worker), ("--module", .worker),
        ("--help", .worker), ("-h", .worker), ("--version", .worker), ("-V", .worker),
        ("--check-config --port 1", .worker),
        // Python's.
        ("-c pass", .python), ("-cpass", .python), ("-c pass --module x", .python),
        ("-", .python), ("- --module x", .python), ("-- --module x", .python),
        ("-m pip list", .python), ("-mpip list", .python), ("-m", .python),
        ("-m other.worker.module", .python),
        ("-m torch.distributed.run --module train", .python),
        ("-m pip install --modules", .python),
        ("-u -c pass", .python), ("-X dev script.py", .python), ("-VV", .python), ("-i", .python),
        ("--check-hash-based-pycs always x.py", .python), ("--help-env", .python),
    ])
    func `Most command lines belong to the same one under each name`(line: String, owner: Owner) {
        for name in ["universal-worker", "uw", "python", "python3", "python3.11"] {
            #expect(self.owner(line, name) == owner, "\(name) \(line)")
        }
    }

    @Test(arguments: [
        "", "surplus", "--nonsense", "--port 1 --class C", "--modul x",
        "-m cjm_substrate.core.worker", "-m cjm_substrate.core.worker --class C --port 1",
    ])
    func `What can only be a mistake is the worker's to explain, but under Python's name Python's`(
        line: String
    ) {
        #expect(owner(line, "universal-worker") == .worker)
        #expect(owner(line, "python") == .python)
        #expect(owner(line, "python3.11") == .python)
    }

    @Test func `A file is Python's, whatever stands behind it`() {
        for name in ["universal-worker", "python"] {
            #expect(owner("script.py", name, isFile: true) == .python)
            #expect(owner("script --module M --class C", name, isFile: true) == .python)
        }
    }

    @Test(arguments: Subcommand.allCases)
    func `A subcommand is no file, but under Python's name it is`(subcommand: Subcommand) {
        #expect(owner(subcommand.rawValue, "universal-worker", isFile: true) == .worker)
        #expect(owner(subcommand.rawValue, "python", isFile: true) == .python)
    }

    @Test func `A command line without even a name is that of the path`() {
        #expect(DropIn.isForWorker([], path: "/env/bin/uw", isFile: false))
        #expect(!DropIn.isForWorker([], path: "/env/bin/python", isFile: false))
    }
}
