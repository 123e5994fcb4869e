import CLinux

/// The processors that shared libraries are built for.
enum ELFMachine {
    /// The machine that this worker was built for.
    static let host: UInt16 = {
        #if arch(x86_64)
            UInt16(EM_X86_64)
        #elseif arch(arm64)
            UInt16(EM_AARCH64)
        #else
            #error("name this machine's ELF number here")
        #endif
    }()

    /// The name of a machine as people write it.
    static func name(_ machine: UInt16) -> String {
        switch Int32(machine) {
        case EM_386: "i386"
        case EM_X86_64: "x86-64"
        case EM_ARM: "arm"
        case EM_AARCH64: "aarch64"
        case EM_RISCV: "riscv"
        case EM_PPC64: "ppc64"
        case EM_S390: "s390x"
        case EM_MIPS: "mips"
        case EM_LOONGARCH: "loongarch"
        default: "machine \(machine)"
        }
    }
}
