import WorkerCore

/// The completion for fish.
package enum FishCompletion {
    /// The file, for share/fish/vendor_completions.d/universal-worker.fish.
    package static func text() -> String {
        let names = CommandSyntax.subcommands.map(\.name).joined(separator: " ")
        var lines = [
            """
            # Completion of universal-worker for fish, made from the table that --help is made from.
            function __universal_worker_is
                set -l words (commandline -opc)
                contains -- "$words[2]" $argv
            end
            complete -c universal-worker -f
            """
        ]
        for command in CommandSyntax.subcommands {
            lines.append(
                "complete -c universal-worker -n 'test (count (commandline -opc)) = 1' -a \(command.name)"
                    + description(command.summary))
        }
        lines += rows(.worker, condition: "not __universal_worker_is \(names)")
        for command in CommandSyntax.subcommands {
            lines += rows(command, condition: "__universal_worker_is \(command.name)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func rows(_ command: CommandSyntax, condition: String) -> [String] {
        let start = "complete -c universal-worker -n '\(condition)'"
        let flags = command.flags.map { flag in
            let names = flag.names.map {
                $0.hasPrefix("--") ? " -l \($0.dropFirst(2))" : " -s \($0.dropFirst())"
            }
            let value = flag.value == nil ? "" : action(flag.completion)
            return start + names.joined() + value + description(flag.summary)
        }
        let operands = command.operands.flatMap(\.completions).compactMap { place -> String? in
            switch place {
            case .words(let words): "\(start) -a '\(words.joined(separator: " "))'"
            case .file(""): "\(start) -F"
            case .file(let prefix):
                "\(start) -a '(printf \"\(prefix)%s\\n\" (__fish_complete_path "
                    + "(string replace -- \(prefix) \"\" (commandline -ct))))'"
            case .text: nil
            }
        }
        return flags + operands
    }

    private static func action(_ completion: CommandSyntax.Completion) -> String {
        switch completion {
        case .words(let words): " -x -a '\(words.joined(separator: " "))'"
        case .file: " -r -F"
        case .text: " -x"
        }
    }

    private static func description(_ summary: String) -> String {
        guard !summary.isEmpty else { return "" }
        return " -d '\(ShellText.escaped(CommandSyntax.short(summary), "'"))'"
    }
}
