internal import WorkerCore

/// Checks of the order in which a host may use a plugin.
extension CheckRun {
    func beforeInitialize() {
        cancel()
        call("/execute", body)
        call("/execute_stream", body)
        cleanUp()
        call("/execute", body)
    }

    func initializations() {
        let isTaken = initialize(configuration)?.status == 200
        if !isTaken, facts.functions.contains("initialize") {
            note("no configuration was taken: --config gives one that should be")
        }
        expectTaken(isTaken, "the second one")
        for nonsense in Self.nonsense where goesOn {
            let former = ask("/config")
            guard let answer = initialize(nonsense), answer.status != 200 else { continue }
            let now = ask("/config")
            if let former, let now, former.body != now.body {
                find(
                    .refusalChangesNothing,
                    "\(nonsense.excerpt) was refused, and GET /config went from \(former.body.excerpt) "
                        + "to \(now.body.excerpt)")
            }
        }
        expectTaken(isTaken, "the one after others that were refused")
        call("/execute", body)
    }

    private func expectTaken(_ isTaken: Bool, _ which: String) {
        guard let answer = initialize(configuration), isTaken, answer.status != 200 else { return }
        find(
            .initializeAgain,
            "of several POST /initialize with \(configuration.excerpt) \(which) was answered "
                + "\(answer.status): \(answer.body.excerpt)")
    }

    /// Configurations that no plugin means.
    private static let nonsense =
        ["null", "true", "0", "-1.5", "\"\"", "\"nonsense\"", "[]", "[null]", "{\"\":null}"]
        + ["{\"nonsense\":{\"a\":[1,\"2\",null]}}", "{\"a\":1,\"a\":2}", "\"\\u0000\""]
        + [OddArguments.deep, "{\"\(String(repeating: "k", count: 4_096))\":\(OddArguments.huge)}"]

    func cleanups() {
        initialize(configuration)
        call("/execute", body)
        cleanUp()
        cleanUp()
        call("/execute", body)
        call("/execute_stream", body)
        cancel()
        initialize(configuration)
        call("/execute", body)
        cleanUp()
    }

    func cleanUp() {
        guard let answer = call("/cleanup", ""), answer.status != 200 else { return }
        find(
            .cleansUp, "POST /cleanup was answered \(answer.status): \(answer.body.excerpt)")
    }

    /// SIGTERM comes while a call runs; how the worker ends is judged as ever.
    func endsInCall() {
        initialize(configuration)
        guard let pending = start(Request(path: "/execute", body: body)), isRunning(pending) else {
            return noteShortCalls("/execute")
        }
        finish()
    }

    func noteShortCalls(_ path: String) {
        if !isSpoilt { note("\(path) ends too soon to be met in the middle (--call)") }
    }

    func endpoints() {
        initialize(configuration)
        for endpoint in facts.endpoints where endpoint.count == 3 {
            let method = endpoint[0].hasPrefix("GET") ? "GET" : "POST"
            let bodies =
                method == "GET" ? [""] : ["", "{}", "\u{1}\u{2}nonsense", OddArguments.huge]
            for body in bodies where goesOn { call(endpoint[1], body, method: method) }
        }
    }

    func hooks() {
        for _ in 0..<2 {
            call("/on_enable", "")
            call("/prefetch", "")
            call("/config_options", "", method: "GET")
            call("/reconfigure", "{\"old_config\":{},\"new_config\":\(configuration)}")
            call("/reconfigure", "{\"old_config\":\"nonsense\",\"new_config\":[null]}")
            call("/execute", body)
            call("/on_disable", "")
        }
    }
}
