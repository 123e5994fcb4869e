package import WorkerCore

extension ExitCode {
    /// What it tells a parent, as the table of the README has it.
    package var meaning: String {
        switch self {
        case .clean: "told to end by SIGTERM or SIGINT, and did"
        case .loadFailure:
            "the plugin cannot be loaded: `FATAL: Failed to load M:C - reason` on stdout"
        case .usage: "wrong command line, or no good tokens"
        case .bindFailure:
            "the address or path cannot be had, such as a port that is taken; `--allow-user` cannot be "
                + "enforced"
        case .pluginFatal:
            "the plugin said that it is broken for good; with `--on-crash restart`, its process died "
                + "four times in a minute"
        case .parentGone: "the process of `--ppid` is gone"
        case .forced: "told to end, and plugin code was left behind; or told twice"
        case .noResources:
            "the system would not give threads, descriptors or memory, or take the text of `--help`; "
                + "or the plugin has closed the worker's descriptors"
        case .wedged: "a cancelled call ran on for longer than `--wedged-exit`"
        case .pluginExited:
            "the plugin ended the process: it called `exit`, or the process of a Python plugin ended "
                + "by itself"
        }
    }
}
