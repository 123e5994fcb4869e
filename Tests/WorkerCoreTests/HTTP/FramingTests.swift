import Testing
import WorkerCore

@Suite struct FramingTests {
    /// A header block, as far as framing goes.
    struct Block: CustomTestStringConvertible, Sendable {
        var hosts = 1
        var lengths = 0
        var differ = false
        var codings = 0
        var foreign = false
        var malformed = false
        var old = false
        var badLine = false
        var broken = false
        var badValue = false
        var large = false

        var framing: Framing {
            var framing = Framing()
            framing.hosts = hosts
            framing.contentLengths = lengths
            framing.contentLengthsDiffer = differ
            framing.transferEncodings = codings
            framing.hasForeignCoding = foreign
            framing.hasMalformedName = malformed
            framing.isVersion10 = old
            framing.hasMalformedLine = badLine
            framing.isBroken = broken
            framing.hasMalformedValue = badValue
            framing.isTooLarge = large
            return framing
        }

        var testDescription: String {
            "hosts \(hosts), lengths \(lengths) (\(differ)), codings \(codings) (\(foreign)), "
                + "malformed \(malformed), 1.0 \(old)"
        }
    }

    @Test(
        arguments: [
            (Block(), nil), (Block(lengths: 1), nil), (Block(lengths: 2), nil),
            (Block(codings: 1), nil), (Block(hosts: 0, old: true), nil),
            (Block(lengths: 1, old: true), nil),
            (Block(hosts: 0), .missingHost), (Block(hosts: 2), .repeatedHost),
            (Block(hosts: 2, old: true), .repeatedHost),
            (Block(lengths: 2, differ: true), .differingLengths),
            (Block(lengths: 1, codings: 1), .lengthBesideCoding),
            (Block(lengths: 1, codings: 1, old: true), .lengthBesideCoding),
            (Block(codings: 2), .repeatedCoding),
            (Block(codings: 1, foreign: true), .foreignCoding),
            (Block(codings: 1, old: true), .codingInVersion10),
            (Block(malformed: true), .malformedFieldName),
            (Block(badLine: true), .malformedRequestLine), (Block(broken: true), .brokenBlock),
            (Block(badValue: true), .malformedFieldValue), (Block(large: true), .tooLarge),
            (Block(hosts: 0, broken: true), .brokenBlock),
        ] as [(Block, FramingViolation?)])
    func `A header block passes, or breaks one rule`(block: Block, violation: FramingViolation?) {
        #expect(block.framing.violation == violation)
    }

    @Test func `Of all header blocks exactly the unambiguous ones pass`() {
        for bits in 0..<(3 * 3 * 3 * 16) {
            let flags = bits / 27
            let block = Block(
                hosts: bits % 3, lengths: bits / 3 % 3, differ: flags & 1 != 0,
                codings: bits / 9 % 3, foreign: flags & 2 != 0, malformed: flags & 4 != 0,
                old: flags & 8 != 0)
            let hostsPass = block.hosts == 1 || block.hosts == 0 && block.old
            let codingPasses =
                block.codings == 0 && !block.differ
                || block.codings == 1 && !block.foreign && !block.old && block.lengths == 0
                    && !block.differ
            // A difference needs two lengths; beside a coding, the coding is what is refused.
            if block.differ && (block.lengths < 2) { continue }
            let passes = hostsPass && codingPasses && !block.malformed
            #expect((block.framing.violation == nil) == passes, "\(block.testDescription)")
            #expect(block.framing.declaresBody == (block.lengths + block.codings > 0))
        }
    }

    @Test func `Each violation has a sentence of its own`() {
        let all: [FramingViolation] = [
            .malformedRequestLine, .brokenBlock, .malformedFieldName, .malformedFieldValue,
            .tooLarge, .missingHost, .repeatedHost, .lengthBesideCoding, .repeatedCoding,
            .foreignCoding, .codingInVersion10, .differingLengths,
        ]
        #expect(Set(all.map(\.description)).count == all.count)
    }

    @Test func `A header block that is too large is 431, all else 400`() {
        #expect(FramingViolation.tooLarge.status == 431)
        #expect(FramingViolation.brokenBlock.status == 400)
    }

    @Test func `A field's value has no control character but tab`() {
        for byte in UInt8.min ... .max {
            let isAllowed = byte == 0x09 || byte >= 0x20 && byte != 0x7F
            for value in [[byte], [0x61, byte], [byte, 0x61]] {
                let isValue = Framing.isValue(value.span)
                #expect(isValue == isAllowed, "\(value)")
            }
        }
    }

    @Test func `A field's name is made of the characters that RFC 9110 lists`() {
        let listed = Set(
            "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        for byte in UInt8.min ... .max {
            for name in [[byte], [0x61, byte], [byte, 0x61], [0x61, byte, 0x61]] {
                let isToken = Framing.isToken(name.span)
                #expect(isToken == listed.contains(byte), "\(name)")
            }
        }
        let nothing: [UInt8] = []
        let isToken = Framing.isToken(nothing.span)
        #expect(!isToken)
    }
}
