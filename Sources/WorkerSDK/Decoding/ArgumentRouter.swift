/// Finds arguments: those of `args` by position, those of `kwargs` by name.
///
/// The position of a parameter is the place at which its name was asked for first.
final class ArgumentRouter: Router {
    private let positional: [any Decoder]
    private let positionalList: any Decoder
    private let keywords: KeyedDecodingContainer<NameKey>
    private var parameters: [String] = []
    private var takesAnyKeyword = false
    private var takesAnyPosition = false

    let codingPath: [any CodingKey] = []

    init(args: any Decoder, kwargs: any Decoder) throws {
        var elements = try args.unkeyedContainer()
        var positional: [any Decoder] = []
        while !elements.isAtEnd { positional.append(try elements.superDecoder()) }
        self.positional = positional
        positionalList = args
        keywords = try kwargs.container(keyedBy: NameKey.self)
    }

    /// Reads the arguments of a call.
    ///
    /// - Throws: ``PluginError`` that names the parameter.
    func arguments<Arguments: Decodable>(_ type: Arguments.Type) throws -> Arguments {
        let arguments: Arguments
        do {
            arguments = try Arguments(from: RoutedDecoder(router: self))
        } catch {
            throw DecodingFailure.describe(error) { missing($0) }
        }
        try refuseTheRest()
        return arguments
    }

    var names: [String] {
        takesAnyKeyword = true
        return keywords.allKeys.map(\.stringValue)
    }

    func willDecode(_: Any.Type, for _: String, isOptional _: Bool) {}

    func decoder(for name: String) throws -> (any Decoder)? {
        let key = NameKey(name)
        if let position = position(of: name) {
            guard !keywords.contains(key) else {
                throw PluginError(
                    .invalidArgument,
                    "argument '\(name)' is given twice: as args[\(position)] and by name")
            }
            return positional[position]
        }
        return keywords.contains(key) ? try keywords.superDecoder(forKey: key) : nil
    }

    func decode<Value: Decodable>(
        _ type: Value.Type, for _: String, from decoder: any Decoder
    ) throws -> Value {
        try decoder.value(type)
    }

    func list() throws -> any UnkeyedDecodingContainer {
        takesAnyPosition = true
        return try positionalList.unkeyedContainer()
    }

    func value() throws -> any SingleValueDecodingContainer {
        guard positional.count == 1 else {
            throw PluginError(
                .invalidArgument, "takes \(Self.count(1)), \(positional.count) given")
        }
        takesAnyPosition = true
        return try positional[0].singleValueContainer()
    }

    private func position(of name: String) -> Int? {
        guard !takesAnyKeyword else { return nil }
        let position = parameters.firstIndex(of: name) ?? parameters.endIndex
        if position == parameters.endIndex { parameters.append(name) }
        return position < positional.count ? position : nil
    }

    private func missing(_ name: String) -> String {
        let others = keywords.allKeys.map(\.stringValue).filter { !parameters.contains($0) }
            .sorted()
        let hint = others.isEmpty ? "" : " (given by name: \(Self.quoted(others)))"
        return "missing argument '\(name)'" + hint
    }

    private func refuseTheRest() throws {
        if positional.count > parameters.count, !takesAnyPosition {
            let most =
                parameters.isEmpty
                ? "takes no positional arguments"
                : "takes at most \(Self.count(parameters.count)) (\(Self.quoted(parameters)))"
            throw PluginError(.invalidArgument, "\(most), \(positional.count) given")
        }
        guard !takesAnyKeyword else { return }
        let unexpected = keywords.allKeys.map(\.stringValue).filter { !parameters.contains($0) }
        guard let name = unexpected.min() else { return }
        let known = parameters.isEmpty ? "there are none" : "known are \(Self.quoted(parameters))"
        throw PluginError(.invalidArgument, "unexpected argument '\(name)': \(known)")
    }

    private static func count(_ positions: Int) -> String {
        "\(positions) positional argument\(positions == 1 ? "" : "s")"
    }

    private static func quoted(_ names: [String]) -> String {
        names.map { "'\($0)'" }.joined(separator: ", ")
    }
}
