import Glibc
import TestSupport
import Testing

/// What `universal-worker new` makes, built, tested, checked and served.
@Suite(.blocking) struct NewPluginTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static func has(_ programs: String...) -> Bool {
        let folders = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? ""
        return programs.allSatisfy { program in
            folders.split(separator: ":").contains { unsafe access("\($0)/\(program)", X_OK) == 0 }
        }
    }

    /// Runs a script in the folder; $1 is the worker, and what follows it the arguments.
    private func run(
        _ script: String, _ arguments: [String] = [], environment: [String: String] = [:]
    ) throws -> (ending: WorkerProcess.Ending, output: String, complaint: String) {
        let shell = ["/bin/sh", "-c", "cd \"$0\" && \(script)", folder.path]
        let process = try WorkerProcess(
            arguments: arguments, environment: environment, wrapper: shell)
        let ending = try process.waitForExit(within: 500_000)
        return (
            ending, try process.standardOutput.textAtEnd(), try process.standardError.textAtEnd()
        )
    }

    private func expectMade(_ arguments: [String]) throws {
        let made = try run("exec \"$@\"", ["new"] + arguments)
        try #require(made.ending == .exited(0), "\(made.complaint)")
    }

    /// Makes a plugin, follows its README, and serves it with the settings of its unit.
    private func tryOut(_ language: String, _ options: [String] = []) throws {
        try expectMade(["to-greet", "--language", language] + options)
        let steps = try run(
            "cd to-greet && make && make test && make check && make service",
            environment: ["XDG_CONFIG_HOME": folder.path, "PYTHONDONTWRITEBYTECODE": "1"])
        try #require(steps.ending == .exited(0), "\(steps.output)\(steps.complaint)")
        #expect(steps.output.contains(" 0 failed, "))
        var settings: [String: String] = [:]
        for line in folder.text("universal-worker/to_greet.env").split(separator: "\n")
        where !line.hasPrefix("#") {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            settings[parts[0]] = parts[1]
        }
        let process = try WorkerProcess(arguments: ["--port", "0"], environment: settings)
        let worker = LiveWorker(process, port: try process.waitUntilListening())
        let answer = try worker.client.post("/execute", #"{"args":["you"]}"#)
        #expect(answer.text == #"{"greeting":"Hello, you!"}"#)
        #expect(try worker.client.get("/health").text.contains(#""name":"ToGreet""#))
    }

    @Test(.enabled(if: has("make", "cc"), "there is no C compiler"))
    func `A plugin in C builds, tests itself, has no finding and is served`() throws {
        try tryOut("c")
    }

    @Test(.enabled(if: has("make", "c++"), "there is no C++ compiler"))
    func `A plugin in C++ builds, tests itself, has no finding and is served`() throws {
        try tryOut("cpp")
    }

    @Test(.enabled(if: has("make", "rustc", "cargo"), "there is no rustc with cargo"))
    func `A plugin in Rust builds, tests itself, has no finding and is served`() throws {
        try tryOut("rust")
    }

    @Test(.enabled(if: has("make", "python3"), "there is no python3"))
    func `A plugin in Python tests itself, has no finding and is served`() throws {
        try tryOut("python")
    }

    @Test(.enabled(if: has("make", "swift"), "there is no Swift"))
    func `A plugin in Swift builds with what is installed, and does the same`() throws {
        let install = "exec make -s -C '\(Repository.root)' install-sdk DESTDIR=\"$0\" PREFIX="
        let installed = try run(install)
        try #require(installed.ending == .exited(0), "\(installed.complaint)")
        try tryOut("swift", ["--sdk", "share/universal-worker/sdk"])
    }

    // MARK: - What is made

    @Test(arguments: ["c", "cpp", "rust", "swift", "python"])
    func `The binary has the templates that are in the folder`(_ language: String) throws {
        try expectMade(["greeter", "--language", language])
        let templates = "\(Repository.root)/Templates"
        let compared = try run(
            """
            cat '\(templates)'/\(language)/README.md '\(templates)'/common/README.md | cmp - greeter/README.md &&
            rm greeter/README.md greeter/Makefile greeter/greeter.env &&
            cd '\(templates)'/\(language) && find . -type f | while read -r file; do
                case $file in ./README.md | ./Makefile | ./greeter.env | ./Package.swift) ;;
                *) cmp "$file" "$0/greeter/$file" || exit 1 ;;
                esac
            done
            """)
        #expect(compared.ending == .exited(0), "\(compared.output)\(compared.complaint)")
    }

    @Test func `WorkerSDK is found in the checkout that the binary was built in`() throws {
        try expectMade(["a", "--language", "swift"])
        let package = folder.text("a/Package.swift")
        #expect(package.contains("path: \"\(Repository.root)\""), "\(package)")
    }

    @Test func `A worker on PATH is named without its folder, another one with it`() throws {
        try folder.link("universal-worker", to: try WorkerBinary.path())
        let script = "\"$0/universal-worker\" new $name --language c"
        let outside = try run("name=outside; \(script)")
        #expect(outside.ending == .exited(0), "\(outside.complaint)")
        let inside = try run("name=inside; PATH=$PATH:$0; \(script)")
        #expect(inside.ending == .exited(0), "\(inside.complaint)")
        let line = "\nWORKER ?= "
        #expect(
            folder.text("outside/Makefile").contains("\(line)\(folder.path)/universal-worker\n"))
        #expect(folder.text("inside/Makefile").contains("\(line)universal-worker\n"))
    }

    // MARK: - What is refused

    @Test func `What is there already is not touched, and named`() throws {
        try folder.write("mine", to: "a")
        let refused = try run("exec \"$@\"", ["new", "a", "--language", "c"])
        #expect(refused.ending == .exited(2))
        #expect(refused.complaint.contains("'a' is there already"), "\(refused.complaint)")
        #expect(folder.text("a") == "mine")
    }

    @Test func `Without WorkerSDK there is no plugin in Swift, and no folder`() throws {
        try folder.link("universal-worker", to: try WorkerBinary.path())
        let lost = try run("\"$0/universal-worker\" new a --language swift")
        #expect(lost.ending == .exited(2))
        let reason = "there is no WorkerSDK around '\(folder.path)/universal-worker'"
        #expect(lost.complaint.contains(reason), "\(lost.complaint)")
        let wrong = try run("exec \"$@\"", ["new", "a", "--language", "swift", "--sdk", "/"])
        #expect(wrong.ending == .exited(2))
        #expect(wrong.complaint.contains("invalid value '/' for '--sdk'"), "\(wrong.complaint)")
        #expect(unsafe access(folder.file("a"), F_OK) != 0)
    }

    @Test func `Of a folder that cannot be written to its end nothing is left`() throws {
        // The header is larger than a file may be here.
        let full = try run(
            "trap '' XFSZ; ulimit -f 16; exec \"$@\"", ["new", "a", "--language", "rust"])
        #expect(full.ending == .exited(1))
        let reason = "cannot write 'a/universal_worker_plugin.h': File too large (EFBIG)"
        #expect(full.complaint.contains(reason), "\(full.complaint)")
        #expect(unsafe access(folder.file("a"), F_OK) != 0)
    }
}
