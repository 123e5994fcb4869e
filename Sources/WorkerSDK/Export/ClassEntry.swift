internal import CWorkerPlugin

/// A class of plugins as the C functions see it: how it runs, and how an instance is made.
///
/// One for each table, and like it for the whole life of the process.
final class ClassEntry {
    let threading: uw_threading
    let maximumConcurrency: Int
    let endpoints: [EndpointRow]
    let make: (Host) throws -> any PluginInstance

    /// - Throws: ``PluginError`` if the type conforms to none of the kinds of plugins, or declares
    ///   a number of calls that no worker takes.
    init(_ type: any PluginClass.Type) throws {
        switch type {
        case let type as any WorkerPlugin.Type:
            threading = uw_threading(type.threading == .affine ? UW_AFFINE : UW_SERIAL)
            maximumConcurrency = 1
            (endpoints, make) = Self.serial(type)
        case let type as any ConcurrentWorkerPlugin.Type:
            threading = uw_threading(UW_CONCURRENT)
            maximumConcurrency = type.maximumConcurrency
            (endpoints, make) = Self.concurrent(type)
        case let type as any AsyncWorkerPlugin.Type:
            threading = uw_threading(UW_CONCURRENT)
            maximumConcurrency = type.maximumConcurrency
            (endpoints, make) = Self.async(type)
        default:
            throw PluginError(
                .failed,
                "\(type) conforms to none of WorkerPlugin, ConcurrentWorkerPlugin and AsyncWorkerPlugin"
            )
        }
        guard 1...256 ~= maximumConcurrency else {
            throw PluginError(
                .failed, "\(type).maximumConcurrency is \(maximumConcurrency), not 1 to 256")
        }
    }

    private typealias Parts = ([EndpointRow], (Host) throws -> any PluginInstance)

    private static func serial<Plugin: WorkerPlugin>(_: Plugin.Type) -> Parts {
        parts { (state: PluginState<Plugin>) in SerialInstance(state: state) }
    }

    private static func concurrent<Plugin: ConcurrentWorkerPlugin>(_: Plugin.Type) -> Parts {
        parts { (state: PluginState<Plugin>) in ConcurrentInstance(state: state) }
    }

    private static func async<Plugin: AsyncWorkerPlugin>(_: Plugin.Type) -> Parts {
        parts { (state: PluginState<Plugin>) in AsyncInstance(state: state) }
    }

    private static func parts<Plugin: PluginClass>(
        _ instance: @escaping (PluginState<Plugin>) -> any PluginInstance
    ) -> Parts {
        let endpoints = endpoints(of: Plugin.self)
        return (endpoints.map { EndpointRow($0) }, { try instance(PluginState($0, endpoints)) })
    }

    /// The endpoints that a type declares, if it does.
    static func endpoints<Plugin: PluginClass>(of _: Plugin.Type) -> [Endpoint<Plugin>] {
        func declared<Declaring: EndpointPlugin>(_: Declaring.Type) -> [Endpoint<Plugin>]? {
            Declaring.endpoints as? [Endpoint<Plugin>]
        }
        guard let type = Plugin.self as? any EndpointPlugin.Type else { return [] }
        return declared(type) ?? []
    }
}

/// What the worker is told of an endpoint.
struct EndpointRow {
    let method: uw_method
    let runs: uw_run
    let path: String

    init<Plugin>(_ endpoint: Endpoint<Plugin>) {
        method = uw_method(endpoint.method == .get ? UW_GET : UW_POST)
        runs =
            switch endpoint.runs {
            case .asCall?: uw_run(UW_AS_CALL)
            case .alone?: uw_run(UW_ALONE)
            case nil: uw_run(UW_BESIDE_CALLS)
            }
        path = endpoint.path
    }
}
