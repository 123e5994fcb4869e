/// Text inside of a script for a shell.
enum ShellText {
    /// In single quotes, as bash and zsh read them.
    static func quoted(_ text: String) -> String {
        "'"
            + text.split(separator: "'", omittingEmptySubsequences: false).joined(
                separator: "'\\''")
            + "'"
    }

    /// With a backslash before each of these characters, and before each backslash.
    static func escaped(_ text: String, _ characters: String) -> String {
        String(text.flatMap { $0 == "\\" || characters.contains($0) ? ["\\", $0] : [$0] })
    }
}
