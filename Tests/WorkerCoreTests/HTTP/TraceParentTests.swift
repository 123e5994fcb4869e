import Testing
import WorkerCore

@Suite struct TraceParentTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"

    private func read(_ text: String) -> String? {
        TraceParent(Array(text.utf8).span)?.description
    }

    @Test(arguments: [
        "00-\(trace)-01", "00-\(trace)-00", "00-\(trace)-ff", "fe-\(trace)-01",
        "00-00000000000000000000000000000001-0000000000000001-01",
        "00-10000000000000000000000000000000-f000000000000000-01",
    ])
    func `What W3C describes is kept as it was sent`(text: String) {
        #expect(read(text) == text)
    }

    @Test func `Of a later version what follows the flags is passed over`() {
        #expect(read("01-\(Self.trace)-01-more") == "01-\(Self.trace)-01")
        #expect(read("cc-\(Self.trace)-01-") == "cc-\(Self.trace)-01")
    }

    @Test(arguments: [
        "", "00", "00-1", "00-\(trace)", "00-\(trace)-", "00-\(trace)-1", "00-\(trace)-011",
        "00-\(trace)-01-more", "01-\(trace)-01more", "ff-\(trace)-01", "0-\(trace)-01",
        "00-\(trace.uppercased())-01", "00-\(trace)-0G", "00_\(trace)-01", "00-\(trace) 01",
        " 00-\(trace)-01", "00-\(trace)-01 ",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b70-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b\u{e9}-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b\n-01",
    ])
    func `Anything else is ignored`(text: String) {
        #expect(read(text) == nil)
    }
}
