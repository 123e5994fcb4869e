/// The JSON Schema (draft 2020-12) of a value that an endpoint takes or answers, as text.
package struct APISchema: Sendable {
    let text: String

    private init(_ text: String) { self.text = text }

    /// Any JSON value.
    static let any = Self("{}")
    /// A text that is no JSON.
    static let text = Self(#"{"type":"string"}"#)
    /// Any JSON object.
    static let object = Self(#"{"type":"object"}"#)
    /// The body of execute and execute_stream.
    static let call = Self(
        #"{"type":"object","properties":{"args":{"type":"array"},"kwargs":{"type":"object"}},"#
            + #""examples":[{"args":[1,"two"],"kwargs":{"three":3}}]}"#)
    /// What says how something went.
    static let status = Self(
        #"{"type":"object","properties":{"status":{"type":"string"}},"required":["status"]}"#)
    /// GET /health.
    static let health = Self(
        #"{"type":"object","properties":{"status":{"const":"running"},"pid":{"type":"integer"},"name":{},"#
            + #""version":{},"state":{"enum":["ready","loading","restarting","not_ready","draining","failed","#
            + #""wedged"]},"reason":{"type":"string"},"uptime_seconds":{"type":"integer"},"calls_running":"#
            + #"{"type":"integer"},"calls_queued":{"type":"integer"}},"required":["status","pid","name","#
            + #""version","state","uptime_seconds","calls_running","calls_queued"]}"#)
    /// GET /calls.
    static let calls = Self(
        #"{"type":"object","properties":{"calls":{"type":"array","items":{"type":"object","properties":{"id":"#
            + #"{"type":"string"},"endpoint":{"type":"string"},"state":{"enum":["queued","running","#
            + #""cancelling"]},"age_seconds":{"type":"number"},"progress":{},"message":{}},"required":["id","#
            + #""endpoint","state","age_seconds"]}},"more":{"type":"integer"}},"required":["calls"]}"#
    )
    /// GET /stats.
    static let stats = Self(
        #"{"type":"object","properties":{"pid":{"type":"integer"},"cpu_percent":{"type":"number"},"#
            + #""memory_rss_mb":{"type":"number"}},"required":["pid","cpu_percent","memory_rss_mb"]}"#
    )
    /// How far a call is.
    static let progress = Self(
        #"{"type":"object","properties":{"progress":{},"message":{}},"required":["progress","message"]}"#
    )
}
