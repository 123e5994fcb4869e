import WorkerCore

/// universal-worker(1), in the language of man(7).
package enum ManualPage {
    /// The page; `date` is that of the release, as 2026-11-27.
    package static func text(date: String) -> String {
        var lines = [
            ".\\\" Made from the table that universal-worker --help is made from.",
            ".TH UNIVERSAL\\-WORKER 1 \(date) \"Universal Worker \(Version.current)\" "
                + "\"User Commands\"",
            ".SH NAME", "universal\\-worker \\- serve one plugin to this machine over HTTP",
            ".SH SYNOPSIS", ".nh", ".ad l",
        ]
        let usage = CommandLineHelp.usage(program: "universal-worker")
            .split(whereSeparator: \.isWhitespace)
        lines += synopsis(usage.dropFirst(2).map(String.init))
        for subcommand in Subcommand.allCases {
            lines.append(".br")
            lines += synopsis(subcommand.synopsis.split(separator: " ").map(String.init))
        }
        lines += [
            ".ad b", ".hy", ".SH DESCRIPTION", paragraph(CommandLineHelp.purpose),
        ]
        lines += description + [".SH OPTIONS"]
        for group in CommandLineOption.Group.allCases {
            lines.append(".SS \"\(roff(group.rawValue))\"")
            for option in CommandLineTable.options where option.group == group {
                lines += [".TP", label(option.synopsis), paragraph(option.summary)]
                if let value = option.defaultText, !value.isEmpty {
                    lines.append(paragraph("Default: \(value)."))
                }
                if let variable = option.variable { lines += [".br", "Variable: \(variable)"] }
            }
        }
        lines.append(".SH SUBCOMMANDS")
        for subcommand in Subcommand.allCases {
            lines += [".TP", label(subcommand.synopsis), paragraph(subcommand.summary)]
        }
        lines += [".SH ENVIRONMENT", paragraph(CommandLineHelp.variables), ".SH EXIT STATUS"]
        for code in ExitCode.allCases {
            lines += [".TP", ".B \(code.rawValue)", sentence(code.meaning)]
        }
        return (lines + end).joined(separator: "\n") + "\n"
    }

    private static let description = [
        ".PP", "The plugin is a shared library that exports one C function, or a Python class,",
        "which runs in a process of its own.",
        "Its threads are not those that serve HTTP: GET /health is answered whatever it does.",
        "The log goes to standard error; what the plugin prints goes there too.",
    ]

    private static let end = [
        ".SH FILES",
        ".TP", ".I \\(ti/.local/share/universal\\-worker/plugins",
        ".TQ", ".I /usr/local/lib/universal\\-worker/plugins",
        ".TQ", ".I /usr/lib/universal\\-worker/plugins",
        "Libraries that are named without a slash, and lib/universal\\-worker/plugins",
        "below the installation; UNIVERSAL_WORKER_PLUGIN_PATH comes before them.",
        ".TP", ".I \\(ti/.config/universal\\-worker/NAME.env",
        "The variables of the user unit universal\\-worker@NAME.",
        ".SH EXAMPLES", "Serve a class of Python until it is told to end, and ask it:", ".PP",
        ".EX",
        "universal\\-worker \\-\\-module ./greeter.py \\-\\-class Greeter \\-\\-port 8080 &",
        "universal\\-worker probe \\-\\-ready http://127.0.0.1:8080",
        "curl \\-d \\(aq{\"args\":[\"you\"]}\\(aq http://127.0.0.1:8080/execute",
        ".EE",
        ".SH SEE ALSO", ".BR universal_worker_plugin (7),", ".BR systemd.service (5)",
        ".PP", "The documents below share/doc/universal\\-worker.",
    ]

    /// A command line: words that stand as they are in bold, what stands for a value in italics.
    private static func synopsis(_ words: [String]) -> [String] {
        [".B universal\\-worker"] + words.map(markup)
    }

    private static func label(_ synopsis: String) -> String {
        synopsis.split(separator: " ").map { markup(String($0)) }.joined(separator: " ")
    }

    /// One word of a synopsis; capitals are placeholders, brackets and bars are its grammar.
    private static func markup(_ word: String) -> String {
        var text = ""
        let parts = word.split(separator: "|", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index > 0 { text += "|" }
            let core = part.drop { "[(".contains($0) }
            let name = core.prefix { !"])".contains($0) && $0 != "," && $0 != "." }
            let isPlaceholder = name.allSatisfy { $0.isUppercase } && !name.isEmpty
            let font = isPlaceholder ? "\\fI" : "\\fB"
            text += part[..<core.startIndex] + (name.isEmpty ? "" : "\(font)\(roff(name))\\fR")
            text += core[name.endIndex...]
        }
        return text
    }

    private static func sentence(_ text: String) -> String {
        paragraph(text.prefix(1).uppercased() + text.dropFirst() + ".")
    }

    /// Text in lines of its own, sentences on new ones; `code` in bold, options unbroken.
    private static func paragraph(_ text: String) -> String {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        var marked = ""
        for (index, part) in parts.enumerated() {
            marked += index % 2 == 1 ? "\\fB\(roff(part))\\fR" : roff(part)
        }
        var lines = [""]
        for word in marked.split(separator: " ") {
            let last = lines.count - 1
            if lines[last].isEmpty {
                lines[last] = guarded(word)
            } else if lines[last].hasSuffix(".") || lines[last].count + word.count > 78 {
                lines.append(guarded(word))
            } else {
                lines[last] += " \(word)"
            }
        }
        return lines.joined(separator: "\n")
    }

    /// A word at the beginning of a line, where a dot or quote would make a request of it.
    private static func guarded(_ word: Substring) -> String {
        word.hasPrefix(".") || word.hasPrefix("'") ? "\\&\(word)" : String(word)
    }

    private static func roff(_ text: some StringProtocol) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "~": result += "\\(ti"
            case "^": result += "\\(ha"
            default: result.append(character)
            }
        }
        return result
    }
}
