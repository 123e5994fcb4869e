/// The texts that `--help` and usage errors print, made from the table of options.
package enum CommandLineHelp {
    /// The width that no line exceeds, in columns.
    static let width = 80
    private static let column = 28

    /// The usage in two lines.
    package static func usage(
        program: String, options: [CommandLineOption] = CommandLineTable.options
    ) -> String {
        let required = options.filter { $0.role == .required }.map(\.synopsis)
        let listening = options.filter(\.listens).map(\.synopsis)
        return "Usage: \(program) \(required.joined(separator: " ")) "
            + "(\(listening.joined(separator: " | ")))\n       [OPTION]..."
    }

    /// The whole help, with a line end at its end.
    package static func text(
        program: String, options: [CommandLineOption] = CommandLineTable.options
    ) -> String {
        var lines = [usage(program: program, options: options), ""]
        lines.append(purpose)
        for group in CommandLineOption.Group.allCases {
            let members = options.filter { $0.group == group }
            guard !members.isEmpty else { continue }
            lines += ["", "\(group.rawValue):"]
            for option in members {
                let note = option.defaultText.map { "[default: \($0)]" }
                lines += rows(option.synopsis, option.summary, note)
            }
        }
        lines += ["", "Variables:"]
        lines += wrap(variables.split(separator: " "), at: width - 2).map { "  \($0)" }
        lines += ["", "Instead of all that:"]
        for subcommand in Subcommand.allCases where !subcommand.isOfEnvironment {
            lines += rows(subcommand.synopsis, subcommand.summary)
        }
        lines += ["", "In an environment that the wheel was installed into:"]
        for subcommand in Subcommand.allCases where subcommand.isOfEnvironment {
            lines += rows(subcommand.synopsis, subcommand.summary)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What the program does, in a sentence.
    package static let purpose = "Loads one plugin and serves it to this machine over HTTP."

    /// How variables stand for options.
    package static let variables =
        "What an option sets, a variable can set as well: UNIVERSAL_WORKER_MAX_BODY=1MiB is "
        + "--max-body 1MiB. A list has commas between its parts. The command line wins. "
        + "There is none for --fd, --ppid and -m; UNIVERSAL_WORKER_PYTHON names the interpreter of "
        + "Python plugins alone, and UNIVERSAL_WORKER_PLUGIN_PATH folders of libraries."

    private static func rows(_ name: String, _ summary: String, _ note: String? = nil) -> [String] {
        let indent = String(repeating: " ", count: column)
        let label = "  \(name)"
        let isWide = label.count + 2 > column
        let words = summary.split(separator: " ") + (note.map { [$0[...]] } ?? [])
        var rows = wrap(words, at: width - column).map { indent + $0 }
        if isWide {
            rows.insert(label, at: 0)
        } else {
            rows[0] = label + rows[0].dropFirst(label.count)
        }
        return rows
    }

    /// Sets words in lines of at most `limit` columns; one line at least.
    private static func wrap(_ words: [Substring], at limit: Int) -> [String] {
        var lines = [""]
        for word in words {
            let last = lines.count - 1
            if lines[last].isEmpty {
                lines[last] = String(word)
            } else if lines[last].count + 1 + word.count <= limit {
                lines[last] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
