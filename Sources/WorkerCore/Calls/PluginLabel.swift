/// A name or version as a plugin says it: a text, or any value where a class in Python has one.
package enum PluginLabel: Sendable, Equatable {
    case text(String)
    /// Valid JSON that is no string.
    case json(String)
}

extension PluginLabel: CustomStringConvertible {
    /// For people.
    package var description: String {
        switch self {
        case .text(let text), .json(let text): text
        }
    }
}
