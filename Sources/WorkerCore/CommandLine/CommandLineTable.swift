/// The options of the worker: to add one, add a row here and its property to `Configuration`.
package enum CommandLineTable {
    package static let options: [CommandLineOption] = [
        .value(
            "module", "M", \.module, .name, .plugin, role: .required,
            "The plugin: a path, or a name to look for as M.so and libM.so."),
        .value(
            "class", "C", \.className, .name, .plugin, role: .required,
            "The class that the plugin is asked to create."),
        .ignored("m", "NAME", .plugin, "Ignored; hosts pass it to a Python worker."),

        .value(
            "port", "P", \.port, .number(0...65_535), .listening, role: .listens,
            "Listens on this port of --host; 0: any free one."),
        .value(
            "fd", "N", \.descriptor, .number(0...Int32.max, "a descriptor"), .listening,
            role: .listens, "Serves this inherited socket, which listens already."),
        .value(
            "host", "ADDRESS", \.host, .loopback, .listening,
            "The loopback address that --port belongs to."),

        .list(
            "allow-host", "NAME", \.allowedHosts, .hostName, .access,
            "Admits requests for this host, beside the loopback ones; repeatable."),
        .list(
            "allow-origin", "ORIGIN", \.allowedOrigins, .origin, .access,
            "Admits requests of web pages of this origin; repeatable."),

        .value(
            "max-body", "BYTES", \.maxBody, .bytes, .limits,
            "The longest request body; K, M, G, KiB, MiB, GiB count in 1024s."),
        .value(
            "max-buffered", "BYTES", \.maxBuffered, .bytes, .limits,
            "What the bodies of all requests together may hold in memory."),
        .value(
            "max-queue", "N", \.maxQueue, .number(0...1_000_000), .limits,
            "The calls that may wait for the plugin; 0: none."),
        .value(
            "call-timeout", "SECONDS", \.callTimeout, .seconds, .limits,
            "The time a call may take, its wait included; 0: any."),
        .value(
            "max-connections", "N", \.maxConnections, .number(1...60_000), .limits,
            "Open connections; a request on one beyond is answered 503."),
        .value(
            "max-header", "BYTES", \.maxHeader, .bytes, .limits,
            "The memory of a connection, which bounds header blocks."),
        .value(
            "header-timeout", "SECONDS", \.headerTimeout, .seconds, .limits,
            "The time that a header block may take to arrive."),
        .value(
            "body-timeout", "SECONDS", \.bodyTimeout, .seconds, .limits,
            "The time that a body may take to arrive."),
        .value(
            "idle-timeout", "SECONDS", \.idleTimeout, .seconds, .limits,
            "The time that a connection is kept between requests."),
        .value(
            "wedged-exit", "SECONDS", \.wedgedExit, .seconds, .limits,
            "Ends when a cancelled call runs on for so long; 0: never."),
        .value(
            "shutdown-grace", "SECONDS", \.shutdownGrace, .seconds, .limits,
            "The time that running calls have to end after SIGTERM."),

        .value(
            "ppid", "PID", \.parentProcess, .number(0...Int32.max, "a process number"), .other,
            "Ends when this process ends; 0: watches none."),
        .value(
            "log-level", "LEVEL", \.logLevel, .logLevel, .other,
            "The least grave lines to log: error, warning, info or debug."),
        .flag("help", .help, .other, "Prints this text."),
        .flag("version", .version, .other, "Prints the version."),
    ]
}
