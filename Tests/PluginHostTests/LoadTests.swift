import CWorkerPlugin
import TestSupport
import Testing
import WorkerCore

@testable import PluginHost

extension PluginHostTests {
    @Suite struct LoadTests {
        private func failure(_ library: String, _ className: String) throws -> LoadFailure? {
            do {
                _ = try Plugin(library, className)
                return nil
            } catch let failure as LoadFailure {
                return failure
            }
        }

        private static let names =
            "Good, NewerMajor, MajorZero, NewerMinor, TooSmall, SizeZero, NoCreate, NoExecute, "
            + "NoDestroy, CreateFails, CreateFailsSilently, CreateFailsOddly, ConcurrencyZero, "
            + "ConcurrencyHuge, SerialOfFour, UnknownThreading, UnknownFlag"

        @Test(
            arguments: [
                ("NewerMajor", .wrongABI(found: "2.0", supported: PluginTable.supportedABI)),
                ("MajorZero", .wrongABI(found: "0.0", supported: PluginTable.supportedABI)),
                (
                    "NewerMinor",
                    .wrongABI(
                        found: "\(UW_ABI_MAJOR).\(UW_ABI_MINOR + 1)",
                        supported: PluginTable.supportedABI)
                ),
                ("TooSmall", .tableTooSmall(found: 80, expected: 120)),
                ("SizeZero", .tableTooSmall(found: 0, expected: 120)),
                ("NoCreate", .missingFunction("create")),
                ("NoExecute", .missingFunction("execute")),
                ("NoDestroy", .missingFunction("destroy")),
                ("CreateFails", .createFailed("no licence\nfor \"this\"")),
                (
                    "CreateFailsSilently",
                    .createFailed("the plugin's create failed without saying why")
                ),
                (
                    "CreateFailsOddly",
                    .createFailed("the plugin's create answered a status it may not: 77")
                ),
                (
                    "ConcurrencyZero",
                    .invalidTable("the plugin's max_concurrency is 0; expected 1 to 256")
                ),
                (
                    "ConcurrencyHuge",
                    .invalidTable("the plugin's max_concurrency is 1000; expected 1 to 256")
                ),
                (
                    "SerialOfFour",
                    .invalidTable("the plugin is serial or affine, but its max_concurrency is 4")
                ),
                (
                    "UnknownThreading",
                    .invalidTable("the plugin's threading is 9, which this ABI does not know")
                ),
                ("BadName", .invalidTable("the plugin's name is not UTF-8")),
                ("BadVersion", .invalidTable("the plugin's version is not UTF-8")),
                ("NullTable", .noTable), ("EntryFails", .entryFailed("no such device")),
                (
                    "EntryFailsSilently",
                    .entryFailed("the plugin's entry function failed without saying why")
                ),
                ("EntryWrongABI", .refusedABI("needs ABI 9.9")),
                (
                    "EntryOddStatus",
                    .entryFailed("the plugin's entry function answered a status it may not: -5")
                ),
                (
                    "EntryPending",
                    .entryFailed("the plugin's entry function answered a status it may not: 1")
                ),
                ("UnknownSilently", .unknownClass("UnknownSilently", existing: nil)),
                ("Nobody", .unknownClass("Nobody", existing: names)),
                ("", .unknownClass("", existing: names)),
                ("bad \u{85} é", .unknownClass("bad \u{85} é", existing: names)),
            ] as [(String, LoadFailure)])
        func `A plugin that is not in order is refused with the reason`(
            className: String, reason: LoadFailure
        ) throws {
            let free = try freeSlots()
            #expect(try failure("refusals", className) == reason)
            #expect(try freeSlots() == free)
            #expect(!reason.description.isEmpty)
        }

        @Test(arguments: ["Good", "UnknownFlag"])
        func `Its good neighbours are loaded`(className: String) throws {
            #expect(try failure("refusals", className) == nil)
        }

        @Test(arguments: ["Short", "Long"])
        func `A table of the first or of a later header is loaded, and create gets it back`(
            className: String
        ) throws {
            try withPlugin("tables", className) { plugin throws in
                #expect(try plugin.run() == .value("\"own\""))
            }
        }

        @Test func `Of a struct of another size both sides' fields count, the rest is zero`() {
            let mine: [UInt64] = [1, 2, 3]
            let shorter = unsafe mine.withUnsafeBytes {
                unsafe prefix(
                    of: $0.baseAddress!, size: 16, as: (UInt64, UInt64, UInt64, UInt64).self)
            }
            #expect(shorter == (1, 2, 0, 0))
            let longer = unsafe mine.withUnsafeBytes {
                unsafe prefix(of: $0.baseAddress!, size: 24, as: (UInt64, UInt64).self)
            }
            #expect(longer == (1, 2))
        }

        @Test(arguments: ["InEntry", "InCreate"])
        func `An exception on the way is a failure to load`(className: String) throws {
            let found = try failure("throwing", className)
            let text = "thrown \"on\" purpose"
            #expect(
                found == (className == "InEntry" ? .entryFailed(text) : .createFailed(text)))
        }

        @Test func `A library without the entry function is no plugin`() throws {
            #expect(try failure("no_entry", "X") == .noEntry)
        }

        @Test(arguments: [
            ("unresolved", "undefined symbol"), ("missing_dependency", "cannot open shared object"),
            ("text", "file too short"), ("empty", "file too short"), ("elf32", "ELF"),
            ("wrong_machine", ""),
        ])
        func `What the loader refuses is told in its words`(library: String, says: String) throws {
            guard case .notLoadable(let reason) = try failure(library, "X") else {
                throw TestFailure("it is loaded")
            }
            #expect(reason.contains(says), "\(reason)")
        }

        @Test func `A path that leads nowhere is told`() throws {
            let timers = try Plugin.timers()
            let failure = #expect(throws: LoadFailure.self) {
                _ = try LoadedPlugin.load(
                    path: "/nowhere/x.so", className: "X",
                    in: PluginEnvironment(
                        maxQueue: 1, events: Events(), clock: { .zero }, timers: timers,
                        spawn: Plugin.spawn))
            }
            #expect(failure?.description.contains("/nowhere/x.so") == true)
        }

        @Test func `A plugin that wants more slots than are left is refused`() throws {
            var taken: [CallSlot] = []
            while let slot = SlotRegistry.take(1) { taken += slot }
            SlotRegistry.giveBack(Array(taken.suffix(3)))
            taken.removeLast(3)
            defer { SlotRegistry.giveBack(taken) }
            #expect(try failure("threading", "Concurrent") == .tooManySlots(4))
            #expect(try freeSlots() == 3)
        }

        @Test func `The slots of a plugin that has ended are free again`() throws {
            let before = try freeSlots()
            try withPlugin("threading", "Concurrent") { _ throws in
                #expect(try freeSlots() == before - 4)
            }
            #expect(try freeSlots() == before)
        }

        private func freeSlots() throws -> Int {
            var taken: [CallSlot] = []
            while let slot = SlotRegistry.take(1) { taken += slot }
            SlotRegistry.giveBack(taken)
            return taken.count
        }
    }
}
