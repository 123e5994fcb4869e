internal import FoundationEssentials

/// What a call that went well leaves for the worker.
enum CallResult {
    /// Nothing: the lines of a stream have been sent.
    case nothing
    /// JSON.
    case json(Data)
    /// An answer of the plugin's own.
    case response(Response)

    /// What a handler has returned.
    ///
    /// - Throws: ``PluginError`` when it cannot be written as JSON.
    init(_ output: some Encodable) throws {
        if let response = output as? Response {
            self = .response(response)
        } else {
            self = .json(try JSONText.encode(output, as: "result"))
        }
    }
}
