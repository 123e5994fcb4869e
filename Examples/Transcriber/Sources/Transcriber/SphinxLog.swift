import CPocketSphinx
import Synchronization
import WorkerSDK

/// The messages of PocketSphinx, of which warnings and worse go to the worker's log.
///
/// Its errors are warnings there: what makes a call fail is told to the client.
enum SphinxLog {
    private static let lastError = Mutex<String?>(nil)

    /// Takes the messages from now on; PocketSphinx then prints none itself.
    static func connect() {
        sphinx_set_log_sink(take)
    }

    /// Runs something, and adds the last error message of the meantime to the one that it returns.
    static func explain(_ text: String, _ body: () -> Bool) throws {
        lastError.withLock { $0 = nil }
        guard !body() else { return }
        let reason = lastError.withLock { $0 }.map { ": \($0)" } ?? ""
        throw PluginError(.failed, text + reason)
    }

    fileprivate static func note(_ text: String, isError: Bool) {
        if isError { lastError.withLock { $0 = text } }
        Worker.log(.warning, "PocketSphinx: \(text)")
    }
}

private func take(_ level: err_lvl_t, _ characters: UnsafePointer<CChar>) {
    let text = String(cString: characters).split(separator: "\n").first.map(String.init) ?? ""
    if !text.isEmpty { SphinxLog.note(text, isError: level != ERR_WARN) }
}
