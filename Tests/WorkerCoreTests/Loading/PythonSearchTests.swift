import Testing
import WorkerCore

struct PythonSearchTests {
    /// A file system of these files, all of which are programs but those that end in something else.
    private func files(_ paths: String..., dropIns: String...) -> PythonSearch.Files {
        func clean(_ path: String) -> String {
            var parts: [Substring] = []
            for part in path.split(separator: "/") {
                if part == ".." { parts.removeLast() } else { parts.append(part) }
            }
            return "/" + parts.joined(separator: "/")
        }
        return PythonSearch.Files(
            exists: { path in
                paths.contains { $0 == clean(path) || $0.hasPrefix(clean(path) + "/") }
            },
            isRunnable: { paths.contains(clean($0)) && !dropIns.contains(clean($0)) },
            isDropIn: { dropIns.contains(clean($0)) },
            names: { folder in
                let start = clean(folder) + "/"
                let below = paths.filter { $0.hasPrefix(start) }
                return Array(
                    Set(below.map { String($0.dropFirst(start.count).prefix { $0 != "/" }) }))
            })
    }

    private func search(_ change: (inout PythonSearch) -> Void) -> PythonSearch {
        var search = PythonSearch()
        search.executed = "/env/bin/universal-worker"
        search.virtualEnvironment = "/venv"
        search.condaPrefix = "/conda"
        search.path = "/usr/local/bin:/usr/bin"
        change(&search)
        return search
    }

    @Test func `The option counts before everything else, whether or not it is there`() {
        let search = search {
            $0.option = "/opt/python"
            $0.variable = "/other/python"
        }
        #expect(
            search.choice(files("/env/pyvenv.cfg", "/env/bin/python")) == .explicit("/opt/python"))
    }

    @Test func `The variable counts where there is no option`() {
        let search = search { $0.variable = "/other/python" }
        #expect(search.choice(files()) == .explicit("/other/python"))
    }

    @Test func `An empty variable counts as unset`() {
        let search = search { $0.variable = "" }
        #expect(search.choice(files("/usr/bin/python3")) == .found("/usr/bin/python3"))
    }

    @Test func `A name without a slash is looked for on PATH`() {
        let search = search { $0.option = "python3.12" }
        #expect(
            search.choice(files("/usr/bin/python3.12")) == .explicit("/usr/bin/python3.12"))
        #expect(search.choice(files()) == .explicit("python3.12"))
    }

    @Test(arguments: [
        ("/env/pyvenv.cfg", true), ("/env/conda-meta/history", true),
        ("/env/lib/python3.12/site-packages/universal_worker-1.0.dist-info/RECORD", true),
        ("/env/lib/python3.12/site-packages/other-1.0.dist-info/RECORD", false),
        ("/env/nothing", false),
    ])
    func `Beside the worker is looked only if it stands in an environment`(
        _ mark: String, _ isEnvironment: Bool
    ) {
        let found = search { _ in }.choice(
            files(mark, "/env/bin/python", "/usr/bin/python3"))
        #expect(found == .found(isEnvironment ? "/env/bin/python" : "/usr/bin/python3"))
    }

    @Test func `A worker in the place of an environment's python finds one of another name`() {
        let search = search { $0.executed = "/env/bin/python" }
        let files = files(
            "/env/pyvenv.cfg", "/env/bin/python", "/env/bin/python3.12",
            "/env/bin/python3.12-config",
            dropIns: "/env/bin/python")
        #expect(search.choice(files) == .found("/env/bin/python3.12"))
    }

    @Test func `A worker that stands for all of an environment's names runs itself as its Python`()
    {
        let search = search { $0.executed = "/env/bin/python3" }
        let files = files(
            "/env/pyvenv.cfg", "/usr/bin/python3",
            dropIns: "/env/bin/python", "/env/bin/python3")
        #expect(search.choice(files) == .found("/env/bin/python"))
    }

    @Test func `Under an interpreter's name the worker needs no other mark of an environment`() {
        let files = files("/env/bin/python3.12", "/venv/bin/python", dropIns: "/env/bin/python")
        #expect(
            search { $0.executed = "/env/bin/python" }.choice(files)
                == .found("/env/bin/python3.12"))
        #expect(
            search { $0.executed = "/env/bin/universal-worker" }.choice(files)
                == .found("/venv/bin/python"))
    }

    @Test func `Of several versions the newest counts`() {
        let files = files(
            "/env/pyvenv.cfg", "/env/bin/python3.9", "/env/bin/python3.12", "/env/bin/python3.1")
        #expect(search { _ in }.choice(files) == .found("/env/bin/python3.12"))
    }

    @Test func `A binary in the place of a Python counts on PATH as that Python`() {
        let search = search {
            $0.option = "python3.12"
            $0.executed = nil
        }
        #expect(
            search.choice(files("/usr/bin/python3.12", dropIns: "/usr/local/bin/python3.12"))
                == .explicit("/usr/local/bin/python3.12"))
    }

    @Test func `VIRTUAL_ENV counts before CONDA_PREFIX, and both before PATH`() {
        let search = search { _ in }
        #expect(
            search.choice(files("/venv/bin/python", "/conda/bin/python", "/usr/bin/python3"))
                == .found("/venv/bin/python"))
        #expect(
            search.choice(files("/conda/bin/python3", "/usr/bin/python3"))
                == .found("/conda/bin/python3"))
    }

    @Test func `On PATH python3 counts before python, wherever they are`() {
        let search = search { _ in }
        #expect(
            search.choice(files("/usr/local/bin/python", "/usr/bin/python3"))
                == .found("/usr/bin/python3"))
        #expect(search.choice(files("/usr/bin/python")) == .found("/usr/bin/python"))
        #expect(search.choice(files("/usr/bin/perl")) == .none)
    }

    @Test func `An empty entry of PATH is the current folder`() {
        let search = search { $0.path = "/nowhere:" }
        var files = files()
        files = PythonSearch.Files(
            exists: files.exists, isRunnable: { $0 == "./python3" }, isDropIn: files.isDropIn,
            names: files.names)
        #expect(search.choice(files) == .found("./python3"))
    }
}
