/// What follows the word of a subcommand: options, and one place among them.
///
/// An option's value stands behind `=` or is the next word.
struct SubcommandWords {
    /// An option, as it was given.
    struct Option {
        /// The whole word.
        let word: String
        /// The word without its value.
        let name: String
        /// What stands behind `=`.
        fileprivate let value: String?
    }

    private var rest: ArraySlice<String>
    private var places: [String] = []

    init(_ arguments: [String]) { rest = arguments[...] }

    /// Takes the next option, and notes the places before it; nil at the end.
    mutating func nextOption() -> Option? {
        while let word = rest.popFirst() {
            guard word.hasPrefix("-") else {
                places.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return Option(
                word: word, name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : nil)
        }
        return nil
    }

    /// Takes the value of the option that came last.
    ///
    /// - Throws: `UsageError` where there is none.
    mutating func value(of option: Option) throws(UsageError) -> String {
        guard let value = option.value ?? rest.popFirst() else {
            throw .valueMissing(option: option.name)
        }
        return value
    }

    /// Takes the value of the option that came last, as one of a kind.
    ///
    /// - Throws: `UsageError` where there is none, or another.
    mutating func value<Value>(
        of option: Option, _ kind: OptionValue<Value>
    ) throws(UsageError) -> Value {
        let text = try value(of: option)
        guard let value = kind.parse(text) else {
            throw .invalidValue(text, option: option.name, expected: kind.expected)
        }
        return value
    }

    /// Accepts an option that takes no value.
    ///
    /// - Throws: `UsageError` where it has one.
    func flag(_ option: Option) throws(UsageError) {
        guard option.value == nil else { throw .valueUnexpected(option: option.name) }
    }

    /// The one place, once all options have been taken.
    ///
    /// - Throws: `missing` where there is none, or a `UsageError` that names the others.
    func place(orThrow missing: UsageError) throws(UsageError) -> String {
        guard let place = places.first else { throw missing }
        guard places.count == 1 else { throw .strayArguments(Array(places.dropFirst())) }
        return place
    }
}
