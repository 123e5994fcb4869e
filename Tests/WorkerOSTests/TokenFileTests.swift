import Glibc
import TestSupport
import Testing
import WorkerCore
import WorkerOS

@Suite(.blocking) struct TokenFileTests {
    private static let token = "a-token-of-29-characters-here"

    private func file(
        _ path: String, credentials: String? = nil
    ) -> TokenFile {
        let values = credentials.map { ["CREDENTIALS_DIRECTORY": $0] } ?? [:]
        return TokenFile(path: path, Environment(values: values))
    }

    @Test(arguments: [0o600, 0o400, 0o700])
    func `A file of one's own is read, also by a link`(mode: UInt32) throws {
        let folder = try TestSupport.TemporaryFolder()
        let path = try folder.write("\(Self.token)\r\n\(Self.token)\r\n\r\n", to: "tokens")
        unsafe chmod(path, mode)
        try folder.link("link", to: "tokens")
        #expect(try file(path).read().count == 2)
        #expect(try file(folder.file("link")).read().count == 2)
        #expect(try file(path).firstToken() == Self.token)
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o660, 0o644, 0o444, 0o440, 0o601])
    func `A file that others may use is refused, also behind a link`(mode: UInt32) throws {
        let folder = try TestSupport.TemporaryFolder()
        let path = try folder.write(Self.token, to: "tokens")
        unsafe chmod(path, mode)
        try folder.link("link", to: "tokens")
        for place in [path, folder.file("link")] {
            let error = #expect(throws: TokenFileError.self) { try file(place).read() }
            #expect(error == .open(mode: mode))
            #expect(error?.description.contains("(mode \(String(mode, radix: 8)))") ?? false)
        }
    }

    @Test(.enabled(if: OtherUser.isPossible, "only root can act as other users"))
    func `Root may let a group read its file, and a file of another user is refused`() throws {
        let folder = try TestSupport.TemporaryFolder()
        let path = try folder.write(Self.token, to: "tokens")
        unsafe chmod(folder.path, 0o755)
        let user = OtherUser.friend
        for (owner, mode, error) in [
            (0, 0o440, nil), (0, 0o640, nil), (0, 0o660, .open(mode: 0o660)),
            (0, 0o444, .open(mode: 0o444)), (user, 0o600, nil), (user, 0o640, .open(mode: 0o640)),
            (OtherUser.stranger, 0o640, .foreign(owner: OtherUser.stranger)),
        ] as [(UInt32, mode_t, TokenFileError?)] {
            unsafe chown(path, owner, 0)
            unsafe chmod(path, mode)
            let found = try OtherUser.run(user) { () throws -> TokenFileError? in
                do throws(TokenFileError) {
                    _ = try file(path).read()
                    return nil
                } catch { return error }
            }
            #expect(found == error, "\(owner) \(String(mode, radix: 8))")
        }
        // Root may read it all the same, and its owner knows what stands there.
        unsafe chmod(path, 0o600)
        #expect(throws: TokenFileError.foreign(owner: OtherUser.stranger)) {
            try file(path).read()
        }
    }

    @Test(arguments: [
        (0o400, 0o755, true), (0o440, 0o755, true), (0o444, 0o750, true), (0o444, 0o755, false),
    ])
    func `A credential of systemd's is shut by its own mode or its folder's`(
        mode: UInt32, folderMode: UInt32, isRead: Bool
    ) throws {
        let folder = try TestSupport.TemporaryFolder()
        let path = try folder.write(Self.token, to: "any-name")
        unsafe chmod(path, mode)
        unsafe chmod(folder.path, folderMode)
        let credential = file(path, credentials: folder.path)
        if isRead {
            #expect(try credential.read().count == 1)
        } else {
            #expect(throws: TokenFileError.open(mode: mode)) { try credential.read() }
        }
        if mode != 0o400 {
            #expect(throws: TokenFileError.open(mode: mode)) {
                try file(path, credentials: "/run").read()
            }
        }
    }

    @Test func `What is no regular file is refused, without waiting`() throws {
        let folder = try TestSupport.TemporaryFolder()
        #expect(unsafe mkfifo(folder.file("pipe"), 0o600) == 0)
        _ = try Listener.unix(folder.file("socket"))
        for path in [folder.file("pipe"), folder.file("socket"), folder.path, "/dev/null"] {
            #expect(throws: TokenFileError.notRegularFile) { try file(path).read() }
        }
        #expect(throws: TokenFileError.unreadable(SystemError(code: ENOENT))) {
            try file(folder.file("missing")).read()
        }
        try folder.link("circle", to: "circle")
        #expect(throws: TokenFileError.unreadable(SystemError(code: ELOOP))) {
            try file(folder.file("circle")).read()
        }
    }

    @Test func `No more is read than tokens can be, and no error quotes what stands there`() throws
    {
        let folder = try TestSupport.TemporaryFolder()
        let longest = String(repeating: "x", count: 4_096)
        let four = String(repeating: "\(longest)\r\n", count: 4)
        #expect(try file(folder.write(four, to: "four")).read().count == 4)
        let padded = four + String(repeating: "\n", count: (32 << 10) - four.utf8.count)
        #expect(try file(folder.write(padded, to: "padded")).read().count == 4)
        #expect(throws: TokenFileError.tooLarge) {
            try file(folder.write(padded + "\n", to: "larger")).read()
        }
        for (text, error) in [
            ("", .noToken), ("\(Self.token)\u{0}", .foreignCharacter(30, line: 1)),
            ("short-secret", .length(12, line: 1)),
        ] as [(String, BearerTokensError)] {
            let bad = try file(folder.write(text, to: "bad"))
            let found = #expect(throws: TokenFileError.self) { try bad.read() }
            #expect(found == .malformed(error))
            #expect(throws: TokenFileError.malformed(error)) { try bad.firstToken() }
            #expect(!(found?.description.contains("secret") ?? true))
        }
    }

    @Test func `A credential that is there is found, even if it leads nowhere`() throws {
        let folder = try TestSupport.TemporaryFolder()
        let path = folder.file("universal-worker.token")
        let environment = Environment(values: ["CREDENTIALS_DIRECTORY": folder.path])
        #expect(environment.tokenCredential == nil)
        try folder.link("universal-worker.token", to: "nowhere")
        #expect(environment.tokenCredential == path)
        #expect(Environment(values: [:]).tokenCredential == nil)
        #expect(Environment(values: ["CREDENTIALS_DIRECTORY": ""]).tokenCredential == nil)
    }
}
