/// The options of the worker: to add one, add a row here and its property to `Configuration`.
package enum CommandLineTable {
    package static let options: [CommandLineOption] = [
        .value(
            "module", "M", \.module, .name, .plugin, role: .required,
            "The plugin: a library's path with a slash, or a name to search for as M.so and libM.so; "
                + "failing that, a Python module, or a path of one that ends in .py."),
        .value(
            "class", "C", \.className, .name, .plugin, role: .required,
            "The class that the plugin is asked to create."),
        .value(
            "m", "NAME", \.dialect, .name, .plugin, hasVariable: false,
            "The Python worker that a host means to start."),
        // Its variable names the interpreter alone: a library is searched for first.
        .value(
            "python", "PATH", \.python, .name, .plugin, hasVariable: false,
            "Runs a Python plugin with this interpreter, and searches for no library."),
        .value(
            "concurrency", "N", \.concurrency, .number(1...256), .plugin,
            "The number of calls that a Python plugin runs at once, by threads if more than 1; "
                + "as many as under the host's own worker, or 1. A library declares its own."),
        .value(
            "adapters", "LIST", \.adapters, .name, .plugin,
            "The task adapters of a Python plugin, as MODULE:CLASS,MODULE:CLASS; hosts pass it."),
        .value(
            "on-crash", "WHAT", \.onCrash, .word, .plugin,
            "restart starts the process of a Python plugin again when it dies; exit, which is the "
                + "default, ends the worker too."),

        .value(
            "port", "P", \.port, .number(0...65_535), .listening, role: .listens,
            "Listens on this port of --host; 0 takes any free one."),
        .value(
            "fd", "N", \.descriptor, .number(0...Int32.max, "a descriptor"), .listening,
            role: .listens, hasVariable: false,
            "Serves this inherited socket, which already listens."),
        .value(
            "host", "ADDRESS", \.host, .address, .listening,
            "The address to listen on with --port; one that other machines reach, such as 0.0.0.0, "
                + "only with a token."),
        .value(
            "unix", "PATH", \.unixPath, .socketPath, .listening, role: .listensBeside,
            "Listens on a Unix socket at this path, which it makes and removes."),
        .value(
            "unix-mode", "MODE", \.unixMode, .fileMode, .listening,
            "The permissions of that socket, octal: who may write to it may connect."),
        .value(
            "unix-group", "GROUP", \.unixGroup, .account(.group), .listening,
            "The group of that socket, by name or number."),

        .list(
            "allow-user", "USER", \.allowedUsers, .account(.user), .access,
            "Serves this user of the machine, by name or number, the worker's own and root, and no "
                + "others; repeatable."),
        .list(
            "allow-host", "NAME", \.allowedHosts, .hostName, .access,
            "Accepts requests for this host name, in addition to the loopback ones; repeatable."),
        .list(
            "allow-origin", "ORIGIN", \.allowedOrigins, .origin, .access,
            "Lets web pages of this origin ask, and read the answers; repeatable."),
        .value(
            "token-file", "FILE", \.tokenFile, .path, .access,
            "Asks clients on TCP for one of the tokens in this file, one a line, but for /health, "
                + "/health/live and /health/ready."),
        .toggle(
            "allow-unauthenticated", \.allowsUnauthenticated, .access,
            "Lets --host be any address without a token: who reaches it runs the plugin."),

        .value(
            "max-body", "BYTES", \.maxBody, .bytes(1...2 << 30), .limits,
            "The largest request body; K, M, G, KiB, MiB and GiB are powers of 1024."),
        .value(
            "max-buffered", "BYTES", \.maxBuffered, .bytes(64 << 10...1 << 40), .limits,
            "The memory that bodies, results and streams may use together."),
        .value(
            "max-queue", "N", \.maxQueue, .number(0...1_000_000), .limits,
            "The number of calls that may wait for the plugin; 0: none."),
        .value(
            "call-timeout", "SECONDS", \.callTimeout, .seconds(), .limits,
            "The longest time for a call, including its wait; 0: no limit."),
        .value(
            "max-connections", "N", \.maxConnections, .number(1...60_000), .limits,
            "The number of open connections; requests on more are answered with 503."),
        // libmicrohttpd keeps the header blocks of request and answer in it: with less than a
        // kilobyte, plain requests get no answer.
        .value(
            "max-header", "BYTES", \.maxHeader, .bytes(2 << 10...1 << 20), .limits,
            "The memory of a connection, which limits the size of header blocks."),
        .value(
            "header-timeout", "SECONDS", \.headerTimeout, .seconds(from: 0.1), .limits,
            "The longest time for a header block to arrive."),
        .value(
            "body-timeout", "SECONDS", \.bodyTimeout, .seconds(from: 0.1), .limits,
            "The longest time for a body to arrive."),
        .value(
            "idle-timeout", "SECONDS", \.idleTimeout, .seconds(), .limits,
            "The time that a connection is kept open between requests."),
        .value(
            "cancel-grace", "SECONDS", \.cancelGrace, .seconds(), .limits,
            "The time for a cancelled call of a Python plugin to end before it is forced to."),
        .value(
            "wedged-exit", "SECONDS", \.wedgedExit, .seconds(), .limits,
            "Ends the worker if a cancelled call still runs after this time; 0: never."),
        .value(
            "shutdown-grace", "SECONDS", \.shutdownGrace, .seconds(), .limits,
            "The time that the end may take after SIGTERM, running calls included."),

        .value(
            "ppid", "PID", \.parentProcess, .number(0...Int32.max, "a process number"), .other,
            hasVariable: false, "Ends the worker when this process ends; 0: watches none."),
        .value(
            "log-level", "LEVEL", \.logLevel, .logLevel, .other,
            "The least severe lines to log: error, warning, info or debug."),
        .value(
            "log-format", "FORMAT", \.logFormat, .word, .other,
            "How the log is written: text or json, a line an event, to stderr; journal, entries with "
                + "fields to systemd's journal."),
        .toggle(
            "access-log", \.logsAccess, .other,
            "Logs each request, at whatever level: method, endpoint, status, bytes, duration, peer."
        ),
        .flag(
            "check-config", nil, .checkConfiguration, .other,
            "Prints the configuration and where each part comes from, or all that is wrong with it; "
                + "loads nothing."),
        .flag("help", "h", .help, .other, "Prints this text."),
        .flag("version", "V", .version, .other, "Prints the version."),
    ]
}
