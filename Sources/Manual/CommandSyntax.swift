import WorkerCore

/// What a shell has to know of a command line to complete it: the worker's own, or that of a subcommand.
package struct CommandSyntax: Sendable {
    /// What can stand in one place.
    package enum Completion: Sendable, Equatable {
        case words([String])
        /// A path, behind a text that is no part of it: `unix:`, or nothing.
        case file(prefix: String)
        /// What only the user knows.
        case text
    }

    /// An option.
    package struct Flag: Sendable {
        /// With their dashes.
        package let names: [String]
        /// What stands for its value in `--help`; nil where it takes none.
        package let value: String?
        package let completion: Completion
        package let summary: String
        package let repeats: Bool
    }

    /// The subcommand; empty for the worker's own command line.
    package let name: String
    package let summary: String
    package let flags: [Flag]
    /// What stands for the operands in `--help`, each with what can stand in its place.
    package let operands: [(name: String, completions: [Completion])]

    /// The placeholders of `--help` that stand for a file.
    private static let files: Set<Substring> = ["M", "PATH", "FILE", "PLUGIN"]

    /// The worker's own command line.
    package static let worker = CommandSyntax(
        name: "", summary: CommandLineHelp.purpose,
        flags: CommandLineTable.options.map { option in
            let long = option.spelling
            let short = option.isShort ? nil : option.letter.map { "-\($0)" }
            return Flag(
                names: (short.map { [$0] } ?? []) + [long], value: option.value,
                completion: option.words.isEmpty
                    ? completion(option.value ?? "") : .words(option.words),
                summary: option.summary, repeats: option.isList)
        }, operands: [])

    /// Those of the subcommands.
    package static let subcommands = Subcommand.allCases.map {
        CommandSyntax(synopsis: $0.synopsis, summary: $0.summary)
    }

    /// What a shell shows beside a name: the first part of a summary.
    package static func short(_ summary: String) -> String {
        let end = summary.firstIndex { $0 == ";" } ?? summary.endIndex
        let part = summary[..<end]
        return String(part.hasSuffix(".") ? part.dropLast() : part)
    }

    private static func completion(_ placeholder: some StringProtocol) -> Completion {
        let colon = placeholder.lastIndex(of: ":").map(placeholder.index(after:))
        let start = colon ?? placeholder.startIndex
        let words = placeholder.split(separator: "|")
        if words.count > 1, words.allSatisfy({ $0.allSatisfy(\.isLowercase) }) {
            return .words(words.map { String($0) })
        }
        guard files.contains(Substring(placeholder[start...])) else { return .text }
        return .file(prefix: String(placeholder[..<start]))
    }
}

extension CommandSyntax {
    /// Reads what `--help` shows of a subcommand, such as `probe URL|unix:PATH [--timeout SECONDS]`.
    package init(synopsis: String, summary: String) {
        let words = synopsis.split(separator: " ")
        var flags: [Flag] = []
        var operands: [(name: String, completions: [Completion])] = []
        var index = 1
        while index < words.count {
            let word = words[index].filter { $0 != "[" && $0 != "]" }
            if word.hasPrefix("-") {
                // One that has to be given stands without brackets, before its value.
                let takesValue = !words[index].hasSuffix("]") && index + 1 < words.count
                if takesValue { index += 1 }
                let value = takesValue ? String(words[index].filter { $0 != "]" }) : nil
                flags.append(
                    Flag(
                        names: [String(word)], value: value,
                        completion: Self.completion(value ?? ""), summary: "", repeats: false))
            } else {
                operands.append((word, word.split(separator: "|").map { Self.completion($0) }))
            }
            index += 1
        }
        self.init(
            name: words.first.map(String.init) ?? "", summary: summary, flags: flags,
            operands: operands)
    }
}
