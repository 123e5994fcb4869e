import PluginHost
import TestSupport
import Testing

extension PluginHostTests {
    @Suite struct LogTests {
        @Test func `Each line of the plugin's log arrives with its level`() throws {
            try withPlugin("printing", "Printing") { plugin throws in
                let before = plugin.events.all.logged
                #expect(try plugin.execute("levels") == .value("true"))
                #expect(
                    plugin.events.all.logged.dropFirst(before.count) == [
                        "error: logged as error", "warning: logged as warning",
                        "info: logged as info", "debug: logged as debug",
                        "info: logged as level 99",
                    ])
            }
        }

        @Test func `Odd log lines harm nothing`() throws {
            try withPlugin("printing", "Printing") { plugin throws in
                let before = plugin.events.all.logged
                #expect(try plugin.execute("odd_logs") == .value("true"))
                let endless = String(repeating: "l", count: 1 << 20)
                #expect(
                    plugin.events.all.logged.dropFirst(before.count) == [
                        "info: two\nlines in one", "info: bad \u{FFFD} text", "info: ", "info: ",
                        "info: \(endless)", "info: after the odd ones",
                    ])
            }
        }
    }
}
