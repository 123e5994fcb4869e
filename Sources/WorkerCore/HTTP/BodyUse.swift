/// What an endpoint does with the body of a request.
package enum BodyUse: Sendable {
    /// It is read and dropped.
    case ignored
    /// It is any JSON value.
    case value
    /// It is `{"args": […], "kwargs": {…}}`.
    case call
    /// It is handed on as it came; it may be missing.
    case raw

    /// Whether a request has to have a body.
    package var isRequired: Bool {
        switch self {
        case .value, .call: true
        case .ignored, .raw: false
        }
    }
}
