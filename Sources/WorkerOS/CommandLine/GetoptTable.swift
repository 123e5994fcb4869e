import CLinux
import WorkerCore
import WorkerThreads

/// The arguments and options in the shape that getopt_long takes.
///
/// Lives within one parse, under the parser's lock. `getopt_long` permutes `argumentVector`.
@safe
final class GetoptTable {
    /// What getopt_long found next.
    enum Event {
        case option(CommandLineOption, String)
        case valueMissing(CommandLineOption)
        case valueUnexpected(CommandLineOption)
        /// The argument as it was typed.
        case unrecognized(String)
    }

    /// What getopt_long returns for the first long option; short ones return their letter.
    private static let firstCode: Int32 = 256

    private let options: [CommandLineOption]
    private let argumentVector: CStrings
    /// The names of the options, and behind them all letters.
    private let names: CStrings
    private let longOptions: UnsafeMutableBufferPointer<CLinux.option>

    init(arguments: [String], options: [CommandLineOption]) {
        self.options = options
        argumentVector = CStrings(arguments)
        // The leading colon makes a missing value a result of its own.
        let letters = options.compactMap { option in
            option.letter.map { "\($0)" + (option.value == nil ? "" : ":") }
        }
        names = CStrings(options.map(\.name) + [":" + letters.joined()])
        unsafe longOptions = .allocate(capacity: options.count + 1)
        unsafe longOptions.initialize(repeating: CLinux.option())
        let rows = options.indices.filter { !options[$0].isShort }
        for (index, row) in rows.enumerated() {
            unsafe longOptions[index] = CLinux.option(
                name: UnsafePointer(names.pointer[row]),
                has_arg: options[row].value == nil ? no_argument : required_argument,
                flag: nil, val: Self.firstCode + Int32(row))
        }
        clinux_getopt_reset()
    }

    deinit { unsafe longOptions.deallocate() }

    /// Takes the next option; nil at the end of the options.
    ///
    /// The corresponding C function is `getopt_long`.
    func next() -> Event? {
        guard let letters = unsafe names.pointer[options.count] else { return nil }
        let code = unsafe getopt_long(
            Int32(argumentVector.count), argumentVector.pointer, letters, longOptions.baseAddress,
            nil)
        switch code {
        case -1: return nil
        case Int32(UInt8(ascii: ":")):
            return option(of: clinux_optopt()).map { .valueMissing($0) }
        case Int32(UInt8(ascii: "?")):
            // optopt is 0 for a long option that is unknown or ambiguous.
            if clinux_optopt() >= Self.firstCode, let option = option(of: clinux_optopt()) {
                return .valueUnexpected(option)
            }
            return .unrecognized(offender(letter: clinux_optopt()))
        default:
            guard let option = option(of: code) else { return nil }
            let value = unsafe clinux_optarg().map { unsafe String(cString: $0) } ?? ""
            return .option(option, value)
        }
    }

    /// The arguments that belong to no option, once `next` has returned nil.
    func remaining() -> [String] {
        (Int(clinux_optind())..<argumentVector.count).map(argument)
    }

    private func option(of code: Int32) -> CommandLineOption? {
        if code >= Self.firstCode { return options[Int(code - Self.firstCode)] }
        return options.first { $0.letter?.asciiValue.map(Int32.init) == code }
    }

    /// The argument that getopt_long refused.
    ///
    /// It has stepped over a long option and over a letter that ends its argument, but not over
    /// one with more letters behind it.
    private func offender(letter: Int32) -> String {
        let next = Int(clinux_optind())
        let last = argument(next - 1)
        let isWhole = letter == 0 || last == "-\(Unicode.Scalar(UInt8(truncatingIfNeeded: letter)))"
        return isWhole || next >= argumentVector.count ? last : argument(next)
    }

    private func argument(_ index: Int) -> String {
        unsafe argumentVector.pointer[index].map { unsafe String(cString: $0) } ?? ""
    }
}
