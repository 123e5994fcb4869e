import Glibc
import Manual
import TestSupport
import Testing
import WorkerCore

@Suite struct ManualPageTests {
    private let page = ManualPage.text(date: "2026-01-02")

    @Test(arguments: CommandLineTable.options.map(\.name))
    func `Every option stands in the page`(name: String) {
        let dashes = name.count == 1 ? "\\-" : "\\-\\-"
        let escaped = name.split(separator: "-").joined(separator: "\\-")
        #expect(page.contains("\n.TP\n") && page.contains("\\fB\(dashes)\(escaped)\\fR"))
    }

    @Test func `No line of text begins as a request would`() {
        let requests: Set<Substring> = [
            ".TH", ".SH", ".SS", ".TP", ".TQ", ".B", ".I", ".BR", ".br", ".nh", ".hy", ".ad", ".PP",
            ".EX", ".EE", ".\\\"",
        ]
        for line in page.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
            #expect(requests.contains(line.prefix { $0 != " " }))
        }
    }

    @Test func `The exit codes are those of the README`() throws {
        let file = try Descriptor(
            unsafe open(Repository.root + "/README.md", O_RDONLY), from: "open")
        let readme = String(decoding: try file.read(1 << 20), as: UTF8.self)
        for code in ExitCode.allCases {
            #expect(readme.contains("\n| \(code.rawValue) | \(code.meaning) |\n"))
        }
    }
}
