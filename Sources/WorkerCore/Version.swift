/// What this program is called when it is asked.
package enum Version {
    /// The version of the worker, by semantic versioning.
    package static let current = "0.1.0"
}
