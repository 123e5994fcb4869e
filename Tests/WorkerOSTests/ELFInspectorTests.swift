import Glibc
import Testing
import WorkerOS

@Suite struct ELFInspectorTests {
    private let folder = TemporaryFolder()
    /// A real shared library, as the linker wrote it.
    private static let library = TemporaryFolder.read("/lib/x86_64-linux-gnu/libm.so.6")

    /// Where a field of the ELF header stands.
    private enum Field {
        static let type = 16
        static let machine = 18
        static let programHeaders = 32
        static let programHeaderSize = 54
        static let programHeaderCount = 56
    }

    private func fault(_ bytes: [UInt8]) -> String {
        fault(path: folder.write("p.so", bytes))
    }

    private func fault(path: String) -> String {
        do {
            try ELFInspector.check(path: path)
            return "passes"
        } catch {
            return error.description.replacing(path, with: "P")
        }
    }

    /// The library with a little-endian number at an offset.
    private func patched(_ offset: Int, _ value: UInt64, bytes count: Int) -> [UInt8] {
        var bytes = Self.library
        for index in 0..<count {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
        }
        return bytes
    }

    /// Where the program header of a type starts.
    private func programHeader(_ type: UInt8) throws -> Int {
        let bytes = Self.library
        return try #require(
            stride(from: 64, to: 64 + 56 * Int(bytes[Field.programHeaderCount]), by: 56)
                .first { bytes[$0] == type && bytes[$0 + 1] == 0 && bytes[$0 + 3] == 0 })
    }

    @Test func `A whole library passes, and dlopen takes it`() throws {
        let path = folder.write("whole.so", Self.library)
        #expect(fault(path: path) == "passes")
        #expect(unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL) != nil)
    }

    @Test func `A library that can also be run passes`() {
        #expect(fault(path: "/lib/x86_64-linux-gnu/libc.so.6") == "passes")
    }

    @Test func `A path that leads nowhere is missing`() {
        #expect(fault(path: folder.path("none.so")) == "'P' does not exist")
        #expect(fault(path: folder.write("file", [1]) + "/none.so") == "'P' does not exist")
        unsafe symlink("/nowhere", folder.path("dangling.so"))
        #expect(fault(path: folder.path("dangling.so")) == "'P' does not exist")
    }

    @Test func `A folder is named as one`() {
        #expect(fault(path: folder.path) == "'P' is a directory, not a shared library")
    }

    @Test func `A pipe, a socket and a device are refused without waiting`() {
        unsafe mkfifo(folder.path("fifo.so"), 0o600)
        #expect(fault(path: folder.path("fifo.so")) == "'P' is not a regular file")
        #expect(fault(path: "/dev/null") == "'P' is not a regular file")
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let path = folder.path("socket.so")
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let status = unsafe withUnsafePointer(to: &name) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(status == 0)
        #expect(fault(path: path) == "'P' is not a regular file")
    }

    @Test func `A file that cannot be opened says why`() {
        unsafe symlink(folder.path("loop.so"), folder.path("loop.so"))
        #expect(
            fault(path: folder.path("loop.so"))
                == "'P' cannot be read: Too many levels of symbolic links (ELOOP)")
        let long = folder.path(String(repeating: "a", count: 300))
        #expect(fault(path: long) == "'P' cannot be read: File name too long (ENAMETOOLONG)")
    }

    @Test(.enabled(if: geteuid() != 0))
    func `A file without permission says so`() {
        let path = folder.write("secret.so", Self.library)
        unsafe chmod(path, 0)
        #expect(fault(path: path) == "'P' cannot be read: Permission denied (EACCES)")
    }

    @Test(arguments: [
        ("", "'P' is empty"),
        (
            "/* GNU ld script\n*/ GROUP",
            "'P' is not a shared library (ELF): it begins with '/* GNU ld script'"
        ),
        ("#!/bin/sh\n", "'P' is not a shared library (ELF): it begins with '#!/bin/sh.'"),
        ("\u{7f}EL", "'P' is not a shared library (ELF): it begins with '.EL'"),
    ])
    func `What is no ELF file is quoted`(text: String, message: String) {
        #expect(fault(Array(text.utf8)) == message)
    }

    @Test func `Another processor, word size or byte order is named`() {
        #expect(
            fault(patched(Field.machine, 183, bytes: 2))
                == "'P' is built for aarch64, this worker runs on x86-64")
        #expect(
            fault(patched(Field.machine, 4_242, bytes: 2))
                == "'P' is built for machine 4242, this worker runs on x86-64")
        #expect(
            fault(patched(4, 1, bytes: 1)) == "'P' is a 32-bit library, and this worker is 64-bit")
        #expect(
            fault(patched(5, 2, bytes: 1))
                == "'P' is big-endian, and this worker is little-endian")
    }

    @Test(
        arguments: [
            (1, "an object file"), (2, "an executable"), (4, "a core dump"),
            (77, "an ELF file of type 77"),
        ] as [(UInt64, String)])
    func `Another kind of ELF file is named`(type: UInt64, kind: String) {
        #expect(
            fault(patched(Field.type, type, bytes: 2))
                == "'P' is \(kind), which cannot be loaded: expected a shared library")
    }

    @Test func `A position-independent executable is refused, as dlopen would`() {
        #expect(
            fault(path: "/bin/sleep")
                == "'P' is a position-independent executable, which cannot be loaded: "
                + "expected a shared library")
        #expect(unsafe dlopen("/bin/sleep", RTLD_NOW) == nil)
    }

    @Test func `A file without a dynamic segment is refused`() throws {
        #expect(
            fault(patched(Field.programHeaderCount, 0, bytes: 2))
                == "'P' has no dynamic segment: expected a shared library")
        #expect(
            fault(patched(try programHeader(2), 0, bytes: 4))
                == "'P' has no dynamic segment: expected a shared library")
    }

    @Test(arguments: [16, 20, 63, 64, 65, 300, 4_096, 100_000])
    func `A library cut short anywhere is truncated`(length: Int) {
        let message = fault(Array(Self.library.prefix(length)))
        #expect(
            message.hasPrefix("'P' is truncated: it has \(length) bytes where its headers promise ")
        )
    }

    @Test func `A library cut at the last byte of its last segment is truncated`() {
        let bytes = Self.library
        let end =
            (0..<Int(bytes[Field.programHeaderCount])).map { index in
                let at = 64 + 56 * index
                func number(_ offset: Int) -> Int {
                    (0..<8).reduce(0) { $0 | Int(bytes[at + offset + $1]) << (8 * $1) }
                }
                return number(8) + number(32)
            }.max() ?? 0
        #expect(fault(Array(bytes.prefix(end))) == "passes")
        #expect(
            fault(Array(bytes.prefix(end - 1)))
                == "'P' is truncated: it has \(end - 1) bytes where its headers promise \(end)")
    }

    @Test func `Numbers past all bounds are no crash`() throws {
        let load = try programHeader(1)
        let huge = UInt64.max
        #expect(
            fault(patched(Field.programHeaders, huge - 10, bytes: 8))
                == "'P' is damaged: its program header table ends past the largest file offset")
        #expect(
            fault(patched(Field.programHeaders, 1 << 62, bytes: 8)).hasPrefix("'P' is truncated"))
        #expect(
            fault(patched(load + 8, huge, bytes: 8))
                == "'P' is damaged: a segment ends past the largest file offset")
        #expect(fault(patched(load + 32, 1 << 40, bytes: 8)).hasPrefix("'P' is truncated"))
        #expect(
            fault(patched(load + 40, 1, bytes: 8))
                == "'P' is damaged: a segment is larger in the file than in memory")
        #expect(
            fault(patched(try programHeader(2) + 16, huge, bytes: 8))
                == "'P' is damaged: its dynamic segment lies outside of what is loaded")
        #expect(
            fault(patched(Field.programHeaderCount, 0xffff, bytes: 2))
                == "'P' is damaged: it claims to have 65535 program headers")
        #expect(
            fault(patched(Field.programHeaderSize, 32, bytes: 2))
                == "'P' is damaged: its program headers have 32 bytes, not 56")
    }

    @Test func `No damage to the first kilobyte crashes the check`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var bytes = Self.library
            for _ in 0..<8 {
                bytes[Int.random(in: 4..<1_024, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            #expect(!fault(bytes).isEmpty)
        }
    }
}
