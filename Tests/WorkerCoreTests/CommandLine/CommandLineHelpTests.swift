import Testing

@testable import WorkerCore

@Suite struct CommandLineHelpTests {
    private let text = CommandLineHelp.text(program: "universal-worker")

    @Test func `No line is wider than 80 columns`() {
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(text.hasSuffix("\n"))
    }

    @Test(arguments: CommandLineTable.options.map(\.synopsis))
    func `Every option is in it`(synopsis: String) {
        #expect(text.contains("\n  \(synopsis)"))
    }

    @Test func `Names are unique and no option repeats another's letter`() {
        let names = CommandLineTable.options.map(\.name)
        #expect(Set(names).count == names.count)
        let letters = CommandLineTable.options.compactMap(\.letter)
        #expect(Set(letters).count == letters.count)
    }

    @Test func `A usage error reports its message first, then the usage`() {
        let error = UsageError.valueMissing(option: "--port")
        #expect(
            error.report(program: "universal-worker") == """
                universal-worker: option '--port' needs a value
                Usage: universal-worker --module M --class C (--port P | --fd N | --unix PATH)
                       [OPTION]...
                Try 'universal-worker --help' for more.

                """)
    }
}
