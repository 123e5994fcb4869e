/// Where the tokens come from that clients have to show.
package enum TokenSource: Sendable, Equatable, CustomStringConvertible {
    /// A file, which SIGHUP has read again.
    case file(String)
    /// The variable `UNIVERSAL_WORKER_TOKEN`, which is the token itself.
    case variable

    /// The variable that is a token.
    package static let variableName = CommandLineOption.variablePrefix + "TOKEN"
    /// The name of the credential that is a file of tokens, in the folder of systemd's credentials.
    package static let credentialName = "universal-worker.token"
    /// The variable that names that folder.
    package static let folderVariable = "CREDENTIALS_DIRECTORY"

    package var description: String {
        switch self {
        case .file(let path): "'\(path)'"
        case .variable: Self.variableName
        }
    }
}
