/// How a stream ended; the value of the trailer `X-Stream-End`.
package enum StreamEnd: String, Sendable {
    case complete
    case error
    case cancelled
}
