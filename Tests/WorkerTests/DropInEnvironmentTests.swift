import TestSupport
import Testing

/// Which Python the binary becomes, in environments of each kind and in broken ones.
@Suite(.blocking) struct DropInEnvironmentTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Runs a script in the folder, with the binary's path as $UW and that of a Python as $BASE.
    private func run(_ script: String) throws -> (WorkerProcess.Ending, String, String) {
        let start = """
            set -e; cd "$HERE"; UW=$1; shift
            BASE=$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')
            PREFIX='import sys; print(sys.prefix)'; NAMES="python python3 $(basename "$BASE")"
            \(script)
            """
        let process = try WorkerProcess(
            arguments: [], environment: ["HERE": folder.path],
            wrapper: ["/bin/sh", "-c", start, "sh"])
        let ending = try process.waitForExit()
        return (
            ending, try process.standardOutput.textAtEnd(), try process.standardError.textAtEnd()
        )
    }

    private func expectPrefix(_ name: String, _ script: String) throws {
        let (ending, output, error) = try run(script)
        #expect(ending == .exited(0), "\(error)")
        #expect(output == "\(folder.path)/\(name)\n", "\(error)")
    }

    @Test func `In the place of every name of a virtual environment it is what that was made from`()
        throws
    {
        // Copies, which differ in device and inode: they must not take one another for a Python.
        try expectPrefix(
            "env",
            """
            python3 -m venv --without-pip env
            for name in $NAMES; do rm -f env/bin/$name; cp "$UW" env/bin/$name; done
            exec env/bin/python3 -c "$PREFIX"
            """)
    }

    @Test func `Without a pyvenv.cfg it is the newest Python beside it that has a version`() throws
    {
        let (ending, output, error) = try run(
            """
            mkdir -p env/bin env/conda-meta; cp "$BASE" env/bin/python3.98
            cp "$BASE" env/bin/python3.9; cp "$BASE" env/bin/python3.98-config
            cp "$UW" env/bin/python; ln env/bin/python env/bin/python3
            exec env/bin/python -c 'import os; print(os.readlink("/proc/self/exe"))'
            """)
        #expect(ending == .exited(0), "\(error)")
        #expect(output == "\(folder.path)/env/bin/python3.98\n", "\(error)")
    }

    @Test func `An environment that was made by such a Python is an environment of its own`() throws
    {
        // As CPython before 3.11 makes it: its home is the first environment, not its base.
        try expectPrefix(
            "second",
            """
            python3 -m venv --without-pip first; python3 -m venv --without-pip second
            for name in $NAMES; do rm -f first/bin/$name second/bin/$name; done
            cp "$UW" first/bin/python; ln -s "$PWD/first/bin/python" second/bin/python
            echo "home = $PWD/first/bin" > second/pyvenv.cfg
            exec second/bin/python -c "$PREFIX"
            """)
    }

    @Test func `A symbolic link to the binary stands for the environment that the link lies in`()
        throws
    {
        try expectPrefix(
            "env",
            """
            python3 -m venv --without-pip env; ln -s "$UW" env/bin/uw
            exec env/bin/uw -c "$PREFIX"
            """)
    }

    @Test(arguments: ["", " -I"])
    func `A script whose first line names the binary is run by the environment's Python`(
        option: String
    ) throws {
        try expectPrefix(
            "env",
            """
            python3 -m venv --without-pip env; rm env/bin/python; cp "$UW" env/bin/python
            { echo "#!$PWD/env/bin/python\(option)"; echo "$PREFIX"; } > script
            chmod +x script; exec ./script --module x
            """)
    }

    @Test func `Environments that were made from each other end in one line and 127`() throws {
        let (ending, _, error) = try run(
            """
            mkdir -p one/bin two/bin; cp "$UW" one/bin/python; cp "$UW" two/bin/python
            echo "home = $PWD/two/bin" > one/pyvenv.cfg; echo "home = $PWD/one/bin" > two/pyvenv.cfg
            exec one/bin/python -c pass
            """)
        #expect(ending == .exited(127))
        #expect(error.hasPrefix("universal-worker: there is no Python beside one/bin/python"))
        #expect(error.split(separator: "\n").count == 1)
    }

    @Test func `A Python that cannot be executed is named in one line, and the exit code is 127`()
        throws
    {
        let (ending, _, error) = try run(
            """
            mkdir -p env/bin; cp "$UW" env/bin/uw; echo nonsense > env/bin/python
            chmod +x env/bin/python; exec env/bin/uw -c pass
            """)
        #expect(ending == .exited(127))
        #expect(error.hasPrefix("universal-worker: cannot run env/bin/python"))
        #expect(error.split(separator: "\n").count == 1)
    }

    @Test func `Python gets arguments, variables and missing descriptors as they came`() throws {
        let (ending, output, error) = try run(
            """
            python3 -m venv --without-pip env; cp "$UW" env/bin/uw
            echo 'import os, sys; print(sys.argv[1:], sorted(os.environ), os.listdir("/proc/self/fd"))' > facts.py
            env -i "A=é b" env/bin/python facts.py '' 'é x' <&- > real
            env -i "A=é b" env/bin/uw facts.py '' 'é x' <&- > ours
            cmp real ours; cat ours
            """)
        #expect(ending == .exited(0), "\(error)")
        #expect(output.hasPrefix("['', 'é x'] ['A'"))
    }
}
