/// A user or a group of the system, as an option names it.
package struct Account: Sendable, Equatable {
    /// Which of the two it is.
    package enum Kind: String, Sendable {
        case user
        case group
    }

    /// Finds the number that the system has for a name; nil where it has none.
    package typealias LookUp = (Kind, String) -> UInt32?

    /// Its name, or its number in digits.
    package let name: String
    /// Its number, once it has been looked up.
    package private(set) var number: UInt32?

    /// Makes that of a name or number; nil where the text is neither.
    ///
    /// The largest number stands for none in the system's calls.
    init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        name = text
        guard text.utf8.allSatisfy(\.isDigit) else { return }
        guard let number = UInt32(text), number < UInt32.max else { return nil }
        self.number = number
    }

    /// Finds its number, if that is not known yet; false where the system does not know the name.
    mutating func resolve(_ kind: Kind, _ lookUp: LookUp) -> Bool {
        if number == nil { number = lookUp(kind, name) }
        return number != nil
    }
}
