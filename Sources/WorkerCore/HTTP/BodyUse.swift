/// What an endpoint does with the body of a request.
package enum BodyUse: Sendable {
    /// It is read and dropped.
    case ignored
    /// It is any JSON value.
    case value
    /// It is `{"args": […], "kwargs": {…}}`.
    case call
}
