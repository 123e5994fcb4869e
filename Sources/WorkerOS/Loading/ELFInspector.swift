import CLinux
import Glibc

/// The check of a shared library before `dlopen`, which dies of SIGBUS on a truncated one.
///
/// Reads the headers and the dynamic segment, never the whole file, and maps nothing. Any thread.
package struct ELFInspector: ~Copyable {
    /// More program headers than any linker writes; `dlopen` reads them onto its stack.
    private static let maxProgramHeaders = 1_024
    /// The entries of the dynamic segment that are looked at.
    private static let maxDynamicEntries = 65_536

    private let path: String
    private let file: RegularFile

    /// Checks that a file is a whole shared library for this machine.
    ///
    /// What passes may still be refused by `dlopen`, with a message.
    /// - Throws: `ELFError`.
    package static func check(path: String) throws(ELFError) {
        let inspector = ELFInspector(path: path, file: try RegularFile(path: path))
        let header = try inspector.header()
        let segments = try inspector.segments(header)
        try inspector.checkExtents(segments)
        try inspector.checkDynamic(segments)
    }

    /// Reads and checks the file's header.
    private func header() throws(ELFError) -> Elf64_Ehdr {
        guard file.size > 0 else { throw .empty(path: path) }
        let start = file.bytes(16)
        guard start.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else {
            throw .notELF(path: path, start: Self.printable(start))
        }
        if start.count > Int(EI_CLASS), start[Int(EI_CLASS)] != UInt8(ELFCLASS64) {
            throw .not64Bit(path: path)
        }
        if start.count > Int(EI_DATA), start[Int(EI_DATA)] != UInt8(ELFDATA2LSB) {
            throw .wrongByteOrder(path: path)
        }
        var header = Elf64_Ehdr()
        guard file.read(into: &header, at: 0) else {
            throw truncated(UInt64(MemoryLayout<Elf64_Ehdr>.size))
        }
        guard header.e_machine == ELFMachine.host else {
            throw .wrongMachine(
                path: path, found: ELFMachine.name(header.e_machine),
                expected: ELFMachine.name(ELFMachine.host))
        }
        guard header.e_type == UInt16(ET_DYN) else {
            throw .notSharedLibrary(path: path, kind: Self.kind(header.e_type))
        }
        return header
    }

    /// Reads the table of program headers.
    private func segments(_ header: Elf64_Ehdr) throws(ELFError) -> [Elf64_Phdr] {
        let size = MemoryLayout<Elf64_Phdr>.size
        let count = Int(header.e_phnum)
        guard count > 0 else { throw .noDynamicSegment(path: path) }
        guard Int(header.e_phentsize) == size else {
            throw .malformed(
                path: path,
                fault: "its program headers have \(header.e_phentsize) bytes, not \(size)")
        }
        guard count <= Self.maxProgramHeaders else {
            throw .malformed(path: path, fault: "it claims to have \(count) program headers")
        }
        try requireExtent(header.e_phoff, UInt64(count * size), of: "its program header table")
        var segments: [Elf64_Phdr] = []
        segments.reserveCapacity(count)
        for index in 0..<count {
            var segment = Elf64_Phdr()
            guard file.read(into: &segment, at: header.e_phoff + UInt64(index * size)) else {
                throw truncated(header.e_phoff + UInt64(count * size))
            }
            segments.append(segment)
        }
        return segments
    }

    /// Checks that the file holds what its program headers promise.
    private func checkExtents(_ segments: [Elf64_Phdr]) throws(ELFError) {
        for segment in segments where segment.p_filesz > 0 {
            try requireExtent(segment.p_offset, segment.p_filesz, of: "a segment")
            guard segment.p_type != UInt32(PT_LOAD) || segment.p_memsz >= segment.p_filesz else {
                throw .malformed(
                    path: path, fault: "a segment is larger in the file than in memory")
            }
        }
    }

    /// Checks that there is a dynamic segment, and that it is not the one of an executable.
    private func checkDynamic(_ segments: [Elf64_Phdr]) throws(ELFError) {
        let dynamic = segments.first { $0.p_type == UInt32(PT_DYNAMIC) && $0.p_filesz > 0 }
        guard let dynamic else { throw .noDynamicSegment(path: path) }
        let (end, overflow) = dynamic.p_vaddr.addingReportingOverflow(dynamic.p_filesz)
        let isLoaded = segments.contains {
            // No overflow: p_memsz >= p_filesz, and an end past the address space holds nothing.
            $0.p_type == UInt32(PT_LOAD) && $0.p_vaddr <= dynamic.p_vaddr
                && end <= $0.p_vaddr.addingReportingOverflow($0.p_filesz).partialValue
        }
        guard !overflow, isLoaded else {
            throw .malformed(
                path: path, fault: "its dynamic segment lies outside of what is loaded")
        }
        let size = MemoryLayout<DynamicEntry>.size
        let count = min(Int(clamping: dynamic.p_filesz) / size, Self.maxDynamicEntries)
        for index in 0..<count {
            var entry = DynamicEntry()
            guard file.read(into: &entry, at: dynamic.p_offset + UInt64(index * size)) else {
                throw truncated(dynamic.p_offset + dynamic.p_filesz)
            }
            if entry.tag == Int64(DT_NULL) { break }
            if entry.tag == Int64(DT_FLAGS_1), entry.value & UInt64(DF_1_PIE) != 0 {
                throw .notSharedLibrary(path: path, kind: "a position-independent executable")
            }
        }
    }

    private func requireExtent(
        _ offset: UInt64, _ length: UInt64, of what: String
    ) throws(ELFError) {
        let (end, overflow) = offset.addingReportingOverflow(length)
        guard !overflow else {
            throw .malformed(path: path, fault: "\(what) ends past the largest file offset")
        }
        guard end <= file.size else { throw truncated(end) }
    }

    private func truncated(_ needed: UInt64) -> ELFError {
        .truncated(path: path, needed: needed, found: file.size)
    }

    private static func kind(_ type: UInt16) -> String {
        switch Int32(type) {
        case ET_REL: "an object file"
        case ET_EXEC: "an executable"
        case ET_CORE: "a core dump"
        default: "an ELF file of type \(type)"
        }
    }

    private static func printable(_ bytes: [UInt8]) -> String {
        String(bytes.map { 0x20..<0x7f ~= $0 ? Character(Unicode.Scalar($0)) : "." })
    }
}

/// An `Elf64_Dyn` without its union.
private struct DynamicEntry: BitwiseCopyable {
    var tag: Int64 = 0
    var value: UInt64 = 0
}
