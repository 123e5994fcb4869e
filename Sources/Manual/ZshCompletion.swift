import WorkerCore

/// The completion for zsh, by its `_arguments`.
package enum ZshCompletion {
    /// The file, for share/zsh/site-functions/_universal-worker.
    package static func text() -> String {
        let words = CommandSyntax.subcommands.map { command in
            let text = ShellText.escaped(CommandSyntax.short(command.summary), ":")
            return "        " + ShellText.quoted("\(command.name):\(text)") + "\n"
        }
        let branches = CommandSyntax.subcommands.map { command in
            """
                \(command.name))
                    words=($words[1] "${(@)words[3,-1]}")
                    ((CURRENT--))
            \(arguments(command, indent: "        "))
                    return ;;

            """
        }
        return """
            #compdef universal-worker
            # Completion of universal-worker for zsh, made from the table that --help is made from.
            local -a subcommands first
            if ((CURRENT > 2)); then
                case $words[2] in
            \(branches.joined())    esac
            else
                subcommands=(
            \(words.joined())    )
                first=('1: :{ _describe subcommand subcommands }')
            fi
            \(arguments(.worker, indent: "", more: ["\"$first[@]\""]))

            """
    }

    /// The call of `_arguments` for one command line.
    private static func arguments(
        _ command: CommandSyntax, indent: String, more: [String] = []
    ) -> String {
        let flags = command.flags.map { flag in
            let isLong = flag.names.last?.hasPrefix("--") == true
            let explanation =
                flag.summary.isEmpty
                ? "" : "[\(ShellText.escaped(CommandSyntax.short(flag.summary), "[]:"))]"
            let value = flag.value.map { ":\($0):\(action(flag.completion))" } ?? ""
            let rest = (value.isEmpty || !isLong ? "" : "=") + explanation + value
            let names = flag.names.joined(separator: " ")
            guard flag.names.count > 1 else {
                return ShellText.quoted((flag.repeats ? "*" : "") + names + rest)
            }
            let choice = "{\(flag.names.joined(separator: ","))}"
            return ShellText.quoted("(\(names))") + choice + ShellText.quoted(rest)
        }
        let operands = command.operands.map { operand in
            let name = ShellText.escaped(operand.name, ":")
            let places = operand.completions.filter { $0 != .text }
            return ShellText.quoted(
                "1:\(name):" + (places.isEmpty ? " " : places.map(action).joined(separator: "; ")))
        }
        return (["_arguments -S"] + flags + operands + more).joined(separator: " \\\n\(indent)    ")
            .split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .map { $0.offset == 0 ? indent + $0.element : String($0.element) }
            .joined(separator: "\n")
    }

    private static func action(_ completion: CommandSyntax.Completion) -> String {
        switch completion {
        case .words(let words): "(\(words.joined(separator: " ")))"
        case .file(""): "_files"
        case .file(let prefix):
            "{ compset -P \(ShellText.escaped(prefix, ":")) && _files || compadd -S '' \(prefix) }"
        case .text: " "
        }
    }
}
