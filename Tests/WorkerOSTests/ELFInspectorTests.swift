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

    @Test(arguments: [
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

    @Test func `Another processor is named`() {
        #expect(
            fault(patched(Field.machine, 183, bytes: 2))
                == "'P' is built for aarch64, this worker runs on x86-64")
        #expect(
            fault(patched(Field.machine, 4_242, bytes: 2))
                == "'P' is built for machine 4242, this worker runs on x86-64")
        #expect(
            fault(patched(4, 1, bytes: 1).replacing([62, 0], with: [3, 0], maxReplacements: 1))
                == "'P' is built for i386, this worker runs on x86-64")
    }

    /// What a file passes the check with, and dlopen then says of it.
    private func said(of bytes: [UInt8]) -> String { said(path: folder.write("p.so", bytes)) }

    private func said(path: String) -> String {
        let fault = fault(path: path)
        guard fault == "passes" else { return fault }
        guard unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL) == nil else { return "is loaded" }
        let text = unsafe String(cString: dlerror())
        return text.replacing("\(path): ", with: "")
    }

    @Test func `What dlopen says well itself is left to it`() throws {
        #expect(said(of: []) == "file too short")
        #expect(said(path: folder.path) == "cannot read file data: Is a directory")
        unsafe symlink(folder.path("loop.so"), folder.path("loop.so"))
        #expect(said(path: folder.path("loop.so")).hasSuffix("Too many levels of symbolic links"))
        #expect(said(of: patched(4, 1, bytes: 1)) == "wrong ELF class: ELFCLASS32")
        #expect(said(of: patched(5, 2, bytes: 1)) == "ELF file data encoding not little-endian")
        for type: UInt64 in [1, 4, 77] {
            #expect(
                said(of: patched(Field.type, type, bytes: 2))
                    == "only ET_DYN and ET_EXEC can be loaded")
        }
        #expect(
            said(of: patched(Field.type, 2, bytes: 2)) == "cannot dynamically load executable")
        #expect(
            said(path: "/bin/sleep") == "cannot dynamically load position-independent executable")
        #expect(
            said(of: patched(Field.programHeaderCount, 0, bytes: 2))
                == "object file has no loadable segments")
        #expect(
            said(of: patched(try programHeader(2), 0, bytes: 4))
                == "object file has no dynamic section")
        #expect(
            said(of: patched(Field.programHeaderSize, 32, bytes: 2))
                == "ELF file's phentsize not the expected size")
    }

    @Test(arguments: [16, 20, 63, 64, 65, 300])
    func `A library cut short within its headers is left to dlopen`(length: Int) {
        let text = said(of: Array(Self.library.prefix(length)))
        #expect(text == "file too short" || text == "cannot read file data")
    }

    @Test(arguments: [832, 4_096, 100_000])
    func `A library cut short behind its headers is truncated`(length: Int) {
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
            fault(patched(load + 8, huge, bytes: 8))
                == "'P' is truncated: it has \(Self.library.count) bytes where its headers promise "
                + "\(huge)")
        #expect(fault(patched(load + 32, 1 << 40, bytes: 8)).hasPrefix("'P' is truncated"))
        #expect(
            fault(patched(try programHeader(2) + 16, huge, bytes: 8))
                == "'P' is damaged: its dynamic segment lies outside of what is loaded")
        #expect(
            said(of: patched(Field.programHeaders, huge - 10, bytes: 8))
                == "object file has no loadable segments")
        #expect(
            said(of: patched(Field.programHeaders, 1 << 62, bytes: 8)) == "cannot read file data")
        #expect(
            said(of: patched(Field.programHeaderCount, 0xffff, bytes: 2)) == "cannot read file data"
        )
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
