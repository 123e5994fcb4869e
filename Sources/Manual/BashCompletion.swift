/// The completion for bash; it needs no package of functions.
package enum BashCompletion {
    /// The file, for share/bash-completion/completions/universal-worker.
    package static func text() -> String {
        let names = CommandSyntax.subcommands.map(\.name).joined(separator: " ")
        let branches = CommandSyntax.subcommands.map { command in
            "    \(command.name))\n\(body(command, indent: "        "))        ;;\n"
        }
        return """
            # Completion of universal-worker for bash, made from the table that --help is made from.
            _universal_worker() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} before=
                # bash takes `--name=value` and `unix:path` apart, into three words.
                ((COMP_CWORD > 2)) && before=${COMP_WORDS[COMP_CWORD - 2]}
                if [[ $current == = ]]; then
                    current=
                elif [[ $previous == = ]]; then
                    previous=$before
                elif [[ $current == : ]]; then
                    previous+=: current=
                elif [[ $previous == : ]]; then
                    previous=$before:
                fi
                COMPREPLY=()
                if ((COMP_CWORD == 1)); then
                    _universal_worker_options '\(names)'
                    return
                fi
                case ${COMP_WORDS[1]} in
            \(branches.joined())    *) _universal_worker_options ;;
                esac
            }

            _universal_worker_options() {
            \(body(.worker, indent: "    ", more: ["$1"]))}

            _universal_worker_words() {
                mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current")
                [[ ${COMPREPLY[*]} == *: ]] && compopt -o nospace
            }

            _universal_worker_files() {
                compopt -o filenames
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
            }

            complete -F _universal_worker universal-worker

            """
    }

    /// What is offered behind `previous`, with the command settled.
    private static func body(
        _ command: CommandSyntax, indent: String, more: [String] = []
    ) -> String {
        var lines: [String] = []
        for flag in command.flags where flag.value != nil {
            lines.append("\(flag.names.joined(separator: "|"))) \(action(flag.completion))")
        }
        let places = command.operands.flatMap(\.completions)
        let prefixes = places.compactMap { place -> String? in
            if case .file(let prefix) = place, !prefix.isEmpty { prefix } else { nil }
        }
        lines += prefixes.map { "\($0)) \(action(.file(prefix: "")))" }
        let words = (command.flags.flatMap(\.names) + prefixes + more).joined(separator: " ")
        let offer = "_universal_worker_words \"\(words)\""
        if places.contains(.file(prefix: "")) {
            let files = "_universal_worker_files"
            lines.append("*) if [[ $current == -* ]]; then \(offer); else \(files); fi ;;")
        } else if !words.isEmpty {
            lines.append("*) \(offer) ;;")
        }
        if !lines.isEmpty { lines = ["case $previous in"] + lines + ["esac"] }
        return lines.map { "\(indent)\($0)\n" }.joined()
    }

    private static func action(_ completion: CommandSyntax.Completion) -> String {
        switch completion {
        case .words(let words): "_universal_worker_words '\(words.joined(separator: " "))' ;;"
        case .file: "_universal_worker_files ;;"
        case .text: ";;"
        }
    }
}
