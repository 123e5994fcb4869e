import CLinux
import Glibc

/// Why a file cannot be loaded as a plugin, where `dlopen` would not say it, or not well.
package enum ELFError: Error, Equatable, CustomStringConvertible {
    case missing(path: String)
    /// A pipe, a socket, a device: `dlopen` would wait until a pipe has a writer.
    case notRegularFile(path: String)
    /// `start` is the beginning of the file, with dots for what cannot be printed.
    case notELF(path: String, start: String)
    /// `dlopen` says that there is no such file.
    case wrongMachine(path: String, found: String)
    /// `dlopen` dies of SIGBUS.
    case truncated(path: String, needed: UInt64, found: UInt64)
    /// `dlopen` dies of SIGSEGV.
    case misplacedDynamicSegment(path: String)

    package var description: String {
        switch self {
        case .missing(let path): "'\(path)' does not exist"
        case .notRegularFile(let path): "'\(path)' is not a regular file"
        case .notELF(let path, let start):
            "'\(path)' is not a shared library (ELF): it begins with '\(start)'"
        case .wrongMachine(let path, let found):
            "'\(path)' is built for \(found), this worker runs on \(ELFInspector.ownMachine.name)"
        case .truncated(let path, let needed, let found):
            "'\(path)' is truncated: it has \(found) bytes where its headers promise \(needed)"
        case .misplacedDynamicSegment(let path):
            "'\(path)' is damaged: its dynamic segment lies outside of what is loaded"
        }
    }
}

/// The check of a shared library before `dlopen`, for what that would not survive or say badly.
///
/// Reads the headers, never the whole file, and maps nothing. Any thread. Each of its cases was tried
/// with glibc 2.36; all others are left to `dlopen` and its texts.
package struct ELFInspector: ~Copyable {
    /// The processor that this worker was built for, which is the one that it runs on.
    fileprivate static let ownMachine: (number: Int32, name: String) = {
        #if arch(x86_64)
            (EM_X86_64, "x86-64")
        #elseif arch(arm64)
            (EM_AARCH64, "aarch64")
        #else
            #error("name this machine here")
        #endif
    }()

    private let path: String
    private let descriptor: Int32
    /// The file's size at opening, in bytes.
    private let size: UInt64

    /// Checks that `dlopen` may have a file.
    ///
    /// - Throws: `ELFError`.
    package static func check(path: String) throws(ELFError) {
        guard let inspector = try ELFInspector(path: path) else { return }
        try inspector.check()
    }

    /// Opens a file without waiting, whatever it is; nil for what `dlopen` cannot read either.
    private init?(path: String) throws(ELFError) {
        // O_NONBLOCK: opening a pipe without a writer would wait.
        let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT, ENOTDIR: throw .missing(path: path)
            // A socket.
            case ENXIO: throw .notRegularFile(path: path)
            default: return nil
            }
        }
        var status = stat()
        let isKnown = unsafe fstat(descriptor, &status) == 0
        let kind = status.st_mode & S_IFMT
        guard isKnown, kind == S_IFREG else {
            close(descriptor)
            if !isKnown || kind == S_IFDIR { return nil }
            throw .notRegularFile(path: path)
        }
        self.path = path
        self.descriptor = descriptor
        size = UInt64(max(0, status.st_size))
    }

    deinit { close(descriptor) }

    private func check() throws(ELFError) {
        let start = unsafe [UInt8](unsafeUninitializedCapacity: 16) { buffer, filled in
            filled = unsafe max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
        }
        guard start.isEmpty || start.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else {
            let shown = start.map { 0x20..<0x7f ~= $0 ? Character(Unicode.Scalar($0)) : "." }
            throw .notELF(path: path, start: String(shown))
        }
        var header = Elf64_Ehdr()
        guard read(into: &header, at: 0), start[Int(EI_DATA)] == UInt8(ELFDATA2LSB) else { return }
        guard Int32(header.e_machine) == Self.ownMachine.number else {
            throw .wrongMachine(path: path, found: Self.name(ofMachine: header.e_machine))
        }
        guard start[Int(EI_CLASS)] == UInt8(ELFCLASS64),
            Int(header.e_phentsize) == MemoryLayout<Elf64_Phdr>.size
        else { return }
        try checkSegments(header)
    }

    /// Checks that the file holds what its program headers promise, and where the dynamic segment lies.
    private func checkSegments(_ header: Elf64_Ehdr) throws(ELFError) {
        var segments: [Elf64_Phdr] = []
        for index in 0..<UInt64(header.e_phnum) {
            var segment = Elf64_Phdr()
            let offset = header.e_phoff &+ index * UInt64(header.e_phentsize)
            guard read(into: &segment, at: offset) else { return }
            segments.append(segment)
        }
        for segment in segments where segment.p_filesz > 0 {
            let (end, overflow) = segment.p_offset.addingReportingOverflow(segment.p_filesz)
            guard !overflow, end <= size else {
                throw .truncated(path: path, needed: overflow ? .max : end, found: size)
            }
        }
        let dynamic = segments.first { $0.p_type == UInt32(PT_DYNAMIC) && $0.p_filesz > 0 }
        guard let dynamic else { return }
        let (end, overflow) = dynamic.p_vaddr.addingReportingOverflow(dynamic.p_filesz)
        let isLoaded = segments.contains {
            // An end past the address space holds nothing.
            $0.p_type == UInt32(PT_LOAD) && $0.p_vaddr <= dynamic.p_vaddr
                && end <= $0.p_vaddr.addingReportingOverflow($0.p_filesz).partialValue
        }
        guard !overflow, isLoaded else { throw .misplacedDynamicSegment(path: path) }
    }

    /// Fills a structure without references from the file; false where the file ends before.
    ///
    /// The corresponding C function is `pread`.
    private func read<Structure: BitwiseCopyable>(
        into value: inout Structure, at offset: UInt64
    ) -> Bool {
        guard let offset = off_t(exactly: offset) else { return false }
        return unsafe withUnsafeMutableBytes(of: &value) { bytes in
            unsafe pread(descriptor, bytes.baseAddress, bytes.count, offset) == bytes.count
        }
    }

    private static func name(ofMachine machine: UInt16) -> String {
        switch Int32(machine) {
        case EM_386: "i386"
        case EM_X86_64: "x86-64"
        case EM_ARM: "arm"
        case EM_AARCH64: "aarch64"
        case EM_RISCV: "riscv"
        default: "machine \(machine)"
        }
    }
}
