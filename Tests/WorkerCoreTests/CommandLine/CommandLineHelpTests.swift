import Testing

@testable import WorkerCore

@Suite struct CommandLineHelpTests {
    private let text = CommandLineHelp.text(program: "universal-worker")

    @Test func `The help is made from the table`() {
        #expect(
            text == """
                Usage: universal-worker --module M --class C (--port P | --fd N) [OPTION]...

                Loads one plugin and serves it to this machine over HTTP.

                Plugin:
                  --module M                The plugin: a path, or a name to look for as M.so
                                            and libM.so.
                  --class C                 The class that the plugin is asked to create.
                  -m NAME                   Ignored; hosts pass it to a Python worker.

                Listening (exactly one of --port, --fd and systemd's LISTEN_FDS):
                  --port P                  Listens on this port of --host; 0: any free one.
                  --fd N                    Serves this inherited socket, which listens already.
                  --host ADDRESS            The loopback address that --port belongs to.
                                            [default: 127.0.0.1]

                Access:
                  --allow-host NAME         Admits requests for this host, beside the loopback
                                            ones; repeatable.
                  --allow-origin ORIGIN     Admits requests of web pages of this origin;
                                            repeatable.

                Limits:
                  --max-body BYTES          The longest request body; K, M, G, KiB, MiB, GiB
                                            count in 1024s. [default: 64MiB]
                  --max-buffered BYTES      What the bodies of all requests together may hold in
                                            memory. [default: 512MiB]
                  --max-queue N             The calls that may wait for the plugin; 0: none.
                                            [default: 1024]
                  --call-timeout SECONDS    The time a call may take, its wait included; 0: any.
                                            [default: 0]
                  --max-connections N       Open connections; a request on one beyond is
                                            answered 503. [default: 10000]
                  --max-header BYTES        The memory of a connection, which bounds header
                                            blocks. [default: 12KiB]
                  --header-timeout SECONDS  The time that a header block may take to arrive.
                                            [default: 10]
                  --body-timeout SECONDS    The time that a body may take to arrive. [default:
                                            120]
                  --idle-timeout SECONDS    The time that a connection is kept between requests.
                                            [default: 60]
                  --wedged-exit SECONDS     Ends when a cancelled call runs on for so long; 0:
                                            never. [default: 0]
                  --shutdown-grace SECONDS  The time that running calls have to end after
                                            SIGTERM. [default: 1.2]

                Other:
                  --ppid PID                Ends when this process ends; 0: watches none.
                                            [default: 0]
                  --log-level LEVEL         The least grave lines to log: error, warning, info
                                            or debug. [default: info]
                  --help                    Prints this text.
                  --version                 Prints the version.

                """)
    }

    @Test func `No line is wider than 80 columns`() {
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(text.hasSuffix("\n"))
    }

    @Test(arguments: CommandLineTable.options.map(\.synopsis))
    func `Every option is in it`(synopsis: String) {
        #expect(text.contains("\n  \(synopsis)"))
    }

    @Test func `Names are unique and no option repeats another's letter`() {
        let names = CommandLineTable.options.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test func `A usage error reports its message first, then the usage in a line`() {
        let error = UsageError.valueMissing(option: "--port")
        #expect(
            error.report(program: "universal-worker") == """
                universal-worker: option '--port' needs a value
                Usage: universal-worker --module M --class C (--port P | --fd N) [OPTION]...
                Try 'universal-worker --help' for more.

                """)
    }
}
