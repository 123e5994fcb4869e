import Testing
import WorkerCore

@Suite struct DescendantLedgerTests {
    private static let root: Int32 = 100
    private static let session: Int32 = 90

    private static func seen(
        _ pid: Int32, under parent: Int32, start: UInt64 = 7, session: Int32 = session,
        gone: Bool = false
    ) -> DescendantSighting {
        DescendantSighting(
            identity: DescendantIdentity(pid: pid, start: start), parent: parent,
            session: session, isGone: gone)
    }

    private static func ledger(_ walks: [DescendantSighting]...) -> DescendantLedger {
        var ledger = DescendantLedger(root: root)
        for walk in walks { ledger.observe(walk, rootSession: session) }
        return ledger
    }

    @Test func `A child of the worker may be signalled, and its status is never taken`() {
        let child = Self.seen(200, under: Self.root)
        let ledger = Self.ledger([child])
        #expect(ledger.maySignal(child))
        #expect(!ledger.mayReap(child))
        #expect(!ledger.mayReap(Self.seen(200, under: Self.root, gone: true)))
    }

    @Test func `A grandchild that came to the worker is reaped once it is a zombie`() {
        let ledger = Self.ledger(
            [Self.seen(200, under: Self.root), Self.seen(201, under: 200)],
            [Self.seen(201, under: Self.root)], [Self.seen(201, under: Self.root, gone: true)])
        #expect(!ledger.mayReap(Self.seen(201, under: Self.root)))
        #expect(ledger.mayReap(Self.seen(201, under: Self.root, gone: true)))
    }

    @Test func `A zombie still under another parent is its parent's`() {
        let zombie = Self.seen(201, under: 200, gone: true)
        #expect(!Self.ledger([Self.seen(200, under: Self.root), zombie]).mayReap(zombie))
    }

    @Test func `A session that is neither its own nor ours proves who created a process`() {
        for (session, expected) in [
            (Int32(150), true), (200, false), (Self.session, false), (0, false),
        ] {
            let zombie = Self.seen(200, under: Self.root, session: session, gone: true)
            #expect(Self.ledger([zombie]).mayReap(zombie) == expected)
        }
    }

    @Test func `A session that the worker once was in proves nothing`() {
        var ledger = Self.ledger([])
        let zombie = Self.seen(200, under: Self.root, gone: true)
        ledger.observe([zombie], rootSession: Self.root)
        #expect(!ledger.mayReap(zombie))
    }

    @Test func `A zombie of unknown origin is left`() {
        let zombie = Self.seen(200, under: Self.root, gone: true)
        #expect(!Self.ledger([zombie]).mayReap(zombie))
    }

    @Test func `A number that went to another process is neither signalled nor reaped`() {
        let ledger = Self.ledger(
            [Self.seen(200, under: Self.root), Self.seen(201, under: 200)],
            [Self.seen(201, under: Self.root)])
        #expect(!ledger.maySignal(Self.seen(201, under: Self.root, start: 8)))
        #expect(!ledger.mayReap(Self.seen(201, under: Self.root, start: 8, gone: true)))
    }

    @Test func `What was known of a number does not pass to the next process with it`() {
        let zombie = Self.seen(201, under: Self.root, start: 8, gone: true)
        let ledger = Self.ledger(
            [Self.seen(200, under: Self.root), Self.seen(201, under: 200, start: 7)], [zombie])
        #expect(!ledger.mayReap(zombie))
    }

    @Test func `A number reused within the same tick by a stranger is told by its parent`() {
        let ledger = Self.ledger([Self.seen(200, under: Self.root)])
        #expect(!ledger.maySignal(Self.seen(200, under: 1)))
        #expect(!ledger.maySignal(Self.seen(200, under: 4_000)))
    }

    @Test func `What a walk did not find is no more to be signalled`() {
        let child = Self.seen(200, under: Self.root)
        #expect(!Self.ledger([child], []).maySignal(child))
    }

    @Test func `Neither the worker itself, nor init, nor a zombie is signalled`() {
        let odd = [
            Self.seen(Self.root, under: Self.root), Self.seen(1, under: Self.root),
            Self.seen(200, under: Self.root, gone: true),
        ]
        let ledger = Self.ledger(odd)
        for sighting in odd { #expect(!ledger.maySignal(sighting)) }
    }

    @Test func `A process under a subreaper among the descendants may be signalled`() {
        let ledger = Self.ledger(
            [
                Self.seen(200, under: Self.root), Self.seen(201, under: 200),
                Self.seen(202, under: 201),
            ])
        #expect(ledger.maySignal(Self.seen(202, under: 200)))
    }
}
