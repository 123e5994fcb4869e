import Testing
import WorkerCore

@Suite struct PluginSearchTests {
    private func candidates(
        _ module: String, pluginPath: String? = nil, dataHome: String? = nil, home: String? = nil,
        prefix: String? = nil
    ) -> [String] {
        PluginSearch.candidates(
            module: module, pluginPath: pluginPath, dataHome: dataHome, home: home, prefix: prefix)
    }

    @Test(arguments: ["/a/b.so", "./b.so", "plugins/b.so"])
    func `A module with a slash is the path itself`(module: String) {
        #expect(candidates(module, pluginPath: "/p", home: "/h") == [module])
    }

    @Test func `A plain name is looked for in every folder, in order, with and without lib`() {
        let found = candidates(
            "my_plugin.plugin", pluginPath: ":/one::rel/:", dataHome: nil, home: "/home/me",
            prefix: "/opt/uw")
        #expect(
            found == [
                "/one/my_plugin.plugin.so", "/one/libmy_plugin.plugin.so",
                "rel/my_plugin.plugin.so", "rel/libmy_plugin.plugin.so",
                "/home/me/.local/share/universal-worker/plugins/my_plugin.plugin.so",
                "/home/me/.local/share/universal-worker/plugins/libmy_plugin.plugin.so",
                "/opt/uw/lib/universal-worker/plugins/my_plugin.plugin.so",
                "/opt/uw/lib/universal-worker/plugins/libmy_plugin.plugin.so",
                "/usr/local/lib/universal-worker/plugins/my_plugin.plugin.so",
                "/usr/local/lib/universal-worker/plugins/libmy_plugin.plugin.so",
                "/usr/lib/universal-worker/plugins/my_plugin.plugin.so",
                "/usr/lib/universal-worker/plugins/libmy_plugin.plugin.so",
            ])
    }

    @Test(arguments: [
        ("/data", "/data"), ("/data/", "/data"), ("", "/h/.local/share"),
        ("rel", "/h/.local/share"),
    ])
    func `A data home that is empty or relative counts as unset`(dataHome: String, folder: String) {
        let found = candidates("m", dataHome: dataHome, home: "/h")
        #expect(found.first == "\(folder)/universal-worker/plugins/m.so")
    }

    @Test func `The ending of a file's name is not added to it`() {
        let found = candidates("echo.so", pluginPath: "/p")
        #expect(found.prefix(2) == ["/p/echo.so", "/p/libecho.so"])
    }

    @Test func `The current folder is named for a plain name, and not searched`() {
        #expect(PluginSearch.nearby(module: "echo.so") == ["./echo.so", "./libecho.so"])
        #expect(PluginSearch.nearby(module: "echo") == ["./echo.so", "./libecho.so"])
        #expect(PluginSearch.nearby(module: "echo.py") == ["./echo.py"])
        #expect(PluginSearch.nearby(module: "a/echo.so").isEmpty)
        #expect(!candidates("echo").contains { $0.hasPrefix("./") })
    }

    @Test func `A path is tried once`() {
        let found = candidates(
            "m", pluginPath: "/usr/lib/universal-worker/plugins/:/x:/x", prefix: "/usr")
        #expect(
            found == [
                "/usr/lib/universal-worker/plugins/m.so",
                "/usr/lib/universal-worker/plugins/libm.so", "/x/m.so", "/x/libm.so",
                "/usr/local/lib/universal-worker/plugins/m.so",
                "/usr/local/lib/universal-worker/plugins/libm.so",
            ])
    }

    @Test(
        arguments: [
            ("/usr/bin/universal-worker", "/usr"), ("/opt/a/bin/w", "/opt/a"), ("/bin/w", "/"),
            ("/opt/a/w", nil), ("bin/w", nil), ("", nil),
        ] as [(String, String?)])
    func `The prefix is what holds the folder bin`(path: String, prefix: String?) {
        #expect(PluginSearch.prefix(ofExecutable: path) == prefix)
    }
}
