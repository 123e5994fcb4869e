import CWorkerPlugin
import Foundation
import Testing
import WorkerSDK

/// What the SDK says that requests bring, from the types that are decoded.
@Suite struct BodySchemaTests {
    private func schemas(_ type: any PluginClass.Type) throws -> [String: JSONValue] {
        let answer = try #require(LoadedPlugin(type)).bodySchemas()
        #expect(answer.status == Int(UW_OK))
        return try JSONDecoder().decode(
            [String: JSONValue].self, from: Data((answer.text ?? "").utf8))
    }

    private func arguments(_ type: any PluginClass.Type) throws -> JSONValue? {
        try schemas(type)["/execute"]
    }

    /// What kwargs of a class may be.
    private func kwargs(_ type: any PluginClass.Type) throws -> [String: JSONValue] {
        guard case .object(let body)? = try arguments(type),
            case .object(let properties)? = body["properties"],
            case .object(let kwargs)? = properties["kwargs"],
            case .object(let members)? = kwargs["properties"]
        else { return [:] }
        return members
    }

    @Test func `Stored properties are arguments, by position and by name`() throws {
        let count: JSONValue = ["type": "integer", "minimum": 0, "maximum": 255]
        let label: JSONValue = ["type": ["string", "null"]]
        #expect(
            try schemas(Painter.self) == [
                "/execute": [
                    "type": "object",
                    "properties": [
                        "args": ["type": "array", "prefixItems": [count, label], "maxItems": 2],
                        "kwargs": [
                            "type": "object", "properties": ["count": count, "label": label],
                            "additionalProperties": false,
                        ],
                    ],
                    "anyOf": [
                        [
                            "properties": [
                                "args": ["minItems": 0, "maxItems": 0],
                                "kwargs": ["properties": [:], "required": ["count"]],
                            ], "required": ["kwargs"],
                        ],
                        [
                            "properties": [
                                "args": ["minItems": 1, "maxItems": 1],
                                "kwargs": ["properties": ["count": false], "required": []],
                            ], "required": ["args"],
                        ],
                        [
                            "properties": [
                                "args": ["minItems": 2, "maxItems": 2],
                                "kwargs": [
                                    "properties": ["count": false, "label": false], "required": [],
                                ],
                            ], "required": ["args"],
                        ],
                    ],
                ],
                "/brush": [
                    "type": "object", "properties": ["width": ["type": "number"]],
                    "required": ["width"],
                ],
            ])
    }

    @Test func `Types within types are told as far as they show what they take`() throws {
        let text: JSONValue = ["type": "string"]
        let members = try kwargs(Kinds.self)
        #expect(members["mode"] == ["enum": ["fast", "slow"]])
        #expect(members["tone"] == text)
        #expect(members["level"] == ["enum": [1, 2]])
        #expect(members["when"] == ["type": "number"])
        #expect(members["place"] == text)
        #expect(members["any"] == [:])
        #expect(
            members["big"]
                == ["type": "integer", "minimum": 0, "exclusiveMaximum": .number(0x1p64)])
        #expect(members["table"] == ["type": "object", "additionalProperties": ["type": "array"]])
        #expect(
            members["node"] == [
                "type": "object",
                "properties": ["name": text, "next": ["type": "array"], "either": [:]],
                "required": ["name", "next"],
            ])
        #expect(members.count == 9)
    }

    /// The schemas of args and kwargs.
    private func properties(_ type: any PluginClass.Type) throws -> JSONValue? {
        guard case .object(let body)? = try arguments(type) else { return nil }
        return body["properties"]
    }

    @Test func `One value, a list, names and nothing may be the arguments`() throws {
        let none: JSONValue = [
            "type": "object", "properties": [:], "additionalProperties": false,
        ]
        let one: JSONValue = [
            "type": "array", "prefixItems": [["type": "string"]], "minItems": 1, "maxItems": 1,
        ]
        #expect(try properties(Single.self) == ["args": one, "kwargs": none])
        let flags: JSONValue = ["type": "array", "items": ["type": "boolean"]]
        #expect(try properties(Many.self) == ["args": flags, "kwargs": none])
        let empty: JSONValue = ["type": "array", "maxItems": 0]
        let table: JSONValue = ["type": "object", "additionalProperties": ["type": "number"]]
        #expect(try properties(Named.self) == ["args": empty, "kwargs": table])
        #expect(try properties(Nothing.self) == ["args": empty, "kwargs": none])
    }

    @Test func `A type that does not show what it takes says nothing`() throws {
        #expect(try schemas(Choosy.self) == [:])
        #expect(try schemas(Endless.self) == [:])
        // Tried again and again, it would take for ever.
        #expect(try kwargs(Forked.self) == ["left": [:], "right": [:]])
    }

    @Test func `A class may say it itself`() throws {
        #expect(try schemas(Spoken.self) == ["/execute": ["title": "spoken"]])
    }
}

private struct Painter: WorkerPlugin, EndpointPlugin {
    struct Arguments: Decodable {
        var count: UInt8
        var label: String?
    }
    struct Brush: Decodable { var width: Double }

    static let version = "1"
    static var endpoints: [Endpoint<Painter>] {
        [
            .post("/brush", taking: Brush.self) { _, brush, _ in brush.width },
            .post("/any") { _, call in call.body.count },
            .get("/brush") { _, _ in 1 },
        ]
    }
    func execute(_ arguments: Arguments, call: CallContext) -> Int { 0 }
}

private struct Kinds: ConcurrentWorkerPlugin {
    enum Mode: String, Decodable, CaseIterable { case fast, slow }
    enum Tone: String, Decodable { case low, high }
    enum Level: Int, Decodable, CaseIterable {
        case one = 1
        case two
    }
    struct Node: Decodable {
        let name: String
        let next: [Node]
        /// A text or a number.
        let either: String

        enum CodingKeys: CodingKey { case name, next, either }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            name = try container.decode(String.self, forKey: .name)
            next = try container.decode([Node].self, forKey: .next)
            either = (try? container.decode(String.self, forKey: .either)) ?? "a number"
        }
    }
    struct Arguments: Decodable {
        var mode: Mode
        var tone: Tone
        var level: Level
        var when: Date
        var place: URL
        var any: JSONValue
        var big: UInt64
        var table: [String: [JSONValue]]
        var node: Node
    }

    static let version = "1"
    static let maximumConcurrency = 2
    func execute(_ arguments: Arguments, call: CallContext) -> Int { 0 }
}

private struct Single: WorkerPlugin {
    static let version = "1"
    func execute(_ text: String, call: CallContext) -> Int { 0 }
}

private struct Many: WorkerPlugin {
    static let version = "1"
    func execute(_ flags: [Bool], call: CallContext) -> Int { 0 }
}

private struct Named: AsyncWorkerPlugin {
    static let version = "1"
    func execute(_ table: [String: Double], call: CallContext) async -> Int { 0 }
}

private struct Nothing: WorkerPlugin {
    static let version = "1"
    func execute(_ arguments: NoArguments, call: CallContext) -> Int { 0 }
}

private struct Choosy: WorkerPlugin {
    struct Arguments: Decodable {
        enum CodingKeys: CodingKey { case a, b }
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            if container.contains(.a) { _ = try container.decode(Int.self, forKey: .b) }
        }
    }
    static let version = "1"
    func execute(_ arguments: Arguments, call: CallContext) -> Int { 0 }
}

private struct Endless: WorkerPlugin {
    final class Arguments: Decodable { let inner: Arguments }
    static let version = "1"
    func execute(_ arguments: Arguments, call: CallContext) -> Int { 0 }
}

private struct Forked: WorkerPlugin {
    final class Arguments: Decodable {
        let left, right: Arguments?
        enum CodingKeys: CodingKey { case left, right }
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            left = try? container.decode(Arguments.self, forKey: .left)
            right = try? container.decode(Arguments.self, forKey: .right)
        }
    }
    static let version = "1"
    func execute(_ arguments: Arguments, call: CallContext) -> Int { 0 }
}

private struct Spoken: WorkerPlugin {
    static let version = "1"
    static let bodySchemas: [String: JSONValue] = ["/execute": ["title": "spoken"]]
    func execute(_ text: String, call: CallContext) -> Int { 0 }
}
