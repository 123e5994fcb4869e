import Glibc

/// A point at which a fixture says that it has arrived, and waits to be let go on.
///
/// Two FIFOs; see Tests/Fixtures/README.md.
public final class Gate: Sendable {
    /// The FIFO at which the fixture waits.
    public let gate: String
    /// The FIFO into which the fixture writes.
    public let announce: String
    private let folder: TemporaryFolder
    private let gateEnd: Descriptor
    private let announceEnd: Descriptor

    /// Makes the gate `name` in `folder`.
    public init(in folder: TemporaryFolder, _ name: String = "gate") throws {
        self.folder = folder
        gate = folder.file("\(name).gate")
        announce = folder.file("\(name).announce")
        gateEnd = try Self.fifo(gate)
        announceEnd = try Self.fifo(announce)
    }

    /// The kwargs, without braces, that lead a fixture here.
    public var kwargs: String { "\"gate\":\"\(gate)\",\"announce\":\"\(announce)\"" }

    /// The variables that lead a fixture's function, such as CREATE, here.
    public func environment(_ function: String) -> [String: String] {
        ["FIXTURE_\(function)_GATE": gate, "FIXTURE_\(function)_ANNOUNCE": announce]
    }

    /// Waits until a fixture has arrived, and returns what it said.
    @discardableResult
    public func arrival(within milliseconds: Int = Deadline.patience) throws -> String {
        try announceEnd.readLine(
            "a fixture at \(announce)", until: Deadline(milliseconds: milliseconds))
    }

    /// Whether nobody arrives within `milliseconds`.
    public func staysEmpty(milliseconds: Int) -> Bool {
        let deadline = Deadline(milliseconds: milliseconds)
        return (try? announceEnd.wait(for: POLLIN, "nobody", until: deadline)) == nil
    }

    /// Lets `count` fixtures go on, also such as are yet to come.
    public func release(_ count: Int = 1) throws {
        let bytes = [UInt8](repeating: UInt8(ascii: "."), count: count)
        try gateEnd.write(bytes, until: Deadline())
    }

    /// Open for both directions, so that neither side ever sees the other missing.
    private static func fifo(_ path: String) throws -> Descriptor {
        guard unsafe mkfifo(path, 0o600) == 0 else {
            throw TestFailure("mkfifo \(path): \(errorText())")
        }
        return try Descriptor(unsafe open(path, O_RDWR | O_CLOEXEC), from: "open \(path)")
    }
}
