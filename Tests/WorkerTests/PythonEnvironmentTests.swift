import Glibc
import TestSupport
import Testing

/// Which Python runs a plugin, and what that sees of its environment.
@Suite(.blocking) struct PythonEnvironmentTests {
    private static let module = """
        import sys
        print("importing", end="")

        class Facts:
            def execute(self):
                return "|".join([sys.prefix, sys.path[0], sys.argv[1]])
        """

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Starts what a script ends in, in a folder with a module `facts`; $UW is the binary's path, $BASE
    /// that of a Python, and `environment NAME` makes one as venv, virtualenv and uv do.
    private func launch(_ script: String) throws -> WorkerProcess {
        try folder.write(Self.module, to: "facts.py")
        let start = """
            set -e; cd "$HERE"; UW=$1; shift; unset VIRTUAL_ENV CONDA_PREFIX
            BASE=$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')
            environment() {
                mkdir -p "$1/bin"; ln -s "$BASE" "$1/bin/python"; ln -s python "$1/bin/python3"
                echo "home = $(dirname "$BASE")" > "$1/pyvenv.cfg"
            }
            FACTS="--class Facts --port 0 --module facts"
            \(script)
            """
        return try WorkerProcess(
            arguments: [], environment: ["HERE": folder.path, "PYTHONDONTWRITEBYTECODE": "1"],
            wrapper: ["/bin/sh", "-c", start, "sh"])
    }

    /// What the plugin of such a worker has seen: the prefix, the first folder of modules, an argument.
    private func facts(_ script: String) throws -> [String] {
        let process = try launch(script)
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        let text = try worker.client.execute("{}").text
        return text.dropFirst().dropLast().split(separator: "|").map(String.init)
    }

    /// Each is asked for only where none before it is there.
    private static let places = [
        "OPTION='--python one/bin/python'", "export UNIVERSAL_WORKER_PYTHON=two/bin/python",
        "cp \"$UW\" three/bin/worker; UW=three/bin/worker", "export VIRTUAL_ENV=$PWD/four",
        "export CONDA_PREFIX=$PWD/five", "export PATH=$PWD/six/bin:$PATH",
    ]

    @Test(arguments: places.indices)
    func `The interpreter is the first of the option, the variable, the binary's, the shell's`(
        _ first: Int
    ) throws {
        let seen = try facts(
            """
            for name in one two three four five six; do environment $name; done
            \(Self.places[first...].joined(separator: "\n"))
            exec "$UW" $OPTION $FACTS
            """)
        #expect(
            seen[0] == "\(folder.path)/\(["one", "two", "three", "four", "five", "six"][first])")
    }

    @Test func `An environment of conda is a whole Python of its own`() throws {
        let seen = try facts(
            """
            mkdir -p own/bin own/conda-meta; cp "$BASE" own/bin/python; cp "$UW" own/bin/worker
            ln -s "$(dirname "$(dirname "$BASE")")/lib" own/lib
            exec own/bin/worker $FACTS
            """)
        #expect(seen[0] == "\(folder.path)/own")
    }

    @Test func `Names of folders may have blanks and letters of any script`() throws {
        let seen = try facts(
            """
            environment 'zwei Wörter 語'; mkdir 'das Ö'; mv facts.py 'das Ö/fäkten.py'
            cp "$UW" 'zwei Wörter 語/bin/worker'; ln -s "$PWD/zwei Wörter 語/bin/worker" worker
            mkdir elsewhere; ln -s "../zwei Wörter 語/bin/worker" elsewhere/worker
            exec 'zwei Wörter 語/bin/worker' --class Facts --port 0 --module 'das Ö/fäkten.py'
            """)
        // JSON text, with what is not ASCII escaped.
        #expect(seen[0] == "\(folder.path)/zwei W\\u00f6rter \\u8a9e")
        #expect(seen[1] == "\(folder.path)/das \\u00d6")
        #expect(seen[2] == "--class")
    }

    @Test func `A symbolic link to the binary stands for the environment that the link lies in`()
        throws
    {
        let seen = try facts(
            "environment linked; ln -s \"$UW\" linked/bin/worker; exec linked/bin/worker $FACTS")
        #expect(seen[0] == "\(folder.path)/linked")
    }

    @Test func `Python's own variables are in force`() throws {
        let path = try facts("mkdir more; mv facts.py more; PYTHONPATH=more exec \"$UW\" $FACTS")
        #expect(path[1] == folder.path, "the current folder comes first, as with python -m")
        let home = try facts(
            "PYTHONHOME=$(dirname \"$(dirname \"$BASE\")\") exec \"$UW\" --python \"$BASE\" $FACTS")
        #expect(home[1] == folder.path)
        let broken = try launch("PYTHONHOME=/nonexistent exec \"$UW\" --python \"$BASE\" $FACTS")
        try broken.expectEnd(.exited(1))
        let line = try broken.standardOutput.line(containing: "FATAL: Failed to load")
        #expect(line.contains(" - cannot run /") && line.contains("exit code 1"))
    }

    @Test func `malloc has an arena for each processor, unless the user says how many`() throws {
        let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        let call = #"{"mode":"arenas","threads":\#(8 * processors)}"#
        let worker = try PythonWorker.start()
        #expect(try worker.client.execute(call).text == #"[\#(processors),""]"#)
        let limited = try PythonWorker.start(environment: ["MALLOC_ARENA_MAX": "1"])
        #expect(try limited.client.execute(call).text == #"[1,"1"]"#)
    }

    @Test func `A Python file that is named without a folder is suggested with one`() throws {
        let process = try launch("exec \"$UW\" --class Facts --port 0 --module facts.py")
        try process.expectEnd(.exited(1))
        let line = try process.standardOutput.line(containing: "FATAL: Failed to load facts.py")
        #expect(line.contains(" - there is no plugin 'facts.py'. Did you mean './facts.py'? "))
    }

    @Test func `A library in the current folder does not stand in the way of a module`() throws {
        let process = try launch("cp \"$UW\" libfacts.so; exec \"$UW\" $FACTS")
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        #expect(try worker.client.execute("{}").status == 200)
        try process.standardError.line(containing: "Did you mean './libfacts.so'?")
    }
}
