internal import CWorkerPlugin

/// A class of plugins as the C functions see it: how it runs, and how an instance is made.
///
/// One for each table, and like it for the whole life of the process.
final class ClassEntry {
    let threading: uw_threading
    let maximumConcurrency: Int
    let make: (Host) throws -> any PluginInstance

    /// - Throws: ``PluginError`` if the type conforms to none of the kinds of plugins, or declares
    ///   a number of calls that no worker takes.
    init(_ type: any PluginClass.Type) throws {
        switch type {
        case let type as any WorkerPlugin.Type:
            threading = uw_threading(type.threading == .affine ? UW_AFFINE : UW_SERIAL)
            maximumConcurrency = 1
            make = Self.serial(type)
        case let type as any ConcurrentWorkerPlugin.Type:
            threading = uw_threading(UW_CONCURRENT)
            maximumConcurrency = type.maximumConcurrency
            make = Self.concurrent(type)
        case let type as any AsyncWorkerPlugin.Type:
            threading = uw_threading(UW_CONCURRENT)
            maximumConcurrency = type.maximumConcurrency
            make = Self.async(type)
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

    private static func serial<Plugin: WorkerPlugin>(
        _: Plugin.Type
    ) -> (Host) throws -> any PluginInstance {
        { try SerialInstance<Plugin>($0) }
    }

    private static func concurrent<Plugin: ConcurrentWorkerPlugin>(
        _: Plugin.Type
    ) -> (Host) throws -> any PluginInstance {
        { try ConcurrentInstance<Plugin>($0) }
    }

    private static func async<Plugin: AsyncWorkerPlugin>(
        _: Plugin.Type
    ) -> (Host) throws -> any PluginInstance {
        { try AsyncInstance<Plugin>($0) }
    }
}
