internal import WorkerCore
internal import WorkerHTTP
internal import WorkerOS
internal import WorkerThreads

/// The tokens that clients have to show, and where they come from.
struct Tokens: Sendable {
    /// What the server asks.
    let check: TokenCheck
    /// Where they are read again; nil where they came from the environment.
    private let file: TokenFile?

    /// Reads the tokens of a source; nil where clients need none.
    ///
    /// - Throws: `UsageError`.
    static func read(
        _ source: TokenSource?, _ environment: Environment
    ) throws(UsageError) -> Tokens? {
        guard let source else { return nil }
        do throws(TokenFileError) {
            switch source {
            case .file(let path):
                let file = TokenFile(path: path, environment)
                return Tokens(check: TokenCheck(try file.read()), file: file)
            case .variable:
                return Tokens(check: TokenCheck(try environment.readToken()), file: nil)
            }
        } catch {
            throw .badTokens(source, error.description)
        }
    }

    /// The thread that reads the file again when it is told to; nil where there is no file.
    ///
    /// A file system may keep it waiting, and nothing else. Where it is told to while it reads, it
    /// reads once more, however often that was.
    func reloading(_ log: Log, _ spawn: @escaping ThreadSpawner) -> WorkerThread<Void>? {
        guard let file else { return nil }
        return WorkerThread("uw-tokens", capacity: 1, spawn: spawn) { [check] in
            do throws(TokenFileError) {
                let tokens = try file.read()
                check.replace(tokens)
                log.info("SIGHUP: '\(file.path)' has been read again, tokens: \(tokens.count)")
            } catch {
                log.error(
                    "SIGHUP: no tokens can be had from '\(file.path)', and the former ones stay: \(error)"
                )
            }
        }
    }
}
