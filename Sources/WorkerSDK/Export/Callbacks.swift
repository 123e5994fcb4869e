internal import CWorkerPlugin
internal import FoundationEssentials

// What the functions of the C table call. An instance is retained by createInstance and released by
// destroyInstance.

/// The object behind an instance pointer.
final class InstanceBox {
    let instance: any PluginInstance
    private let host: Host

    fileprivate init(_ instance: any PluginInstance, _ host: Host) {
        self.instance = instance
        self.host = host
    }

    static func behind(_ pointer: UnsafeMutableRawPointer?) -> InstanceBox {
        guard let pointer = unsafe pointer else {
            preconditionFailure("The worker passed no instance")
        }
        return unsafe Unmanaged<InstanceBox>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Runs a body and leaves its text, or that of its error.
    func leave(_ reply: uw_reply, _ body: (any PluginInstance) throws -> Data) -> uw_status {
        do {
            host.reply(reply, try body(instance))
            return Status.ok
        } catch {
            return host.reply(reply, error)
        }
    }

    /// Runs a body that has no text to leave but that of its error.
    func run(_ reply: uw_reply, _ body: (any PluginInstance) throws -> Void) -> uw_status {
        do {
            try body(instance)
            return Status.ok
        } catch {
            return host.reply(reply, error)
        }
    }
}

extension Host {
    /// Leaves the text of an error, and returns its status.
    func reply(_ reply: uw_reply, _ error: any Error) -> uw_status {
        let failure = Failure(error)
        self.reply(reply, failure.text.bytes)
        return failure.status
    }
}

func createInstance(
    _ plugin: UnsafePointer<uw_plugin>, _ table: UnsafePointer<uw_host>, _ reply: uw_reply,
    _ instance: UnsafeMutablePointer<UnsafeMutableRawPointer?>
) -> uw_status {
    let host = unsafe Host(table)
    guard let context = unsafe plugin.pointee.context else {
        preconditionFailure("The table has lost its class")
    }
    let entry = unsafe Unmanaged<ClassEntry>.fromOpaque(context).takeUnretainedValue()
    do {
        let box = InstanceBox(try entry.make(host), host)
        unsafe instance.pointee = Unmanaged.passRetained(box).toOpaque()
        return Status.ok
    } catch {
        return host.reply(reply, error)
    }
}

func destroyInstance(_ instance: UnsafeMutableRawPointer?) {
    guard let instance = unsafe instance else { return }
    unsafe Unmanaged<InstanceBox>.fromOpaque(instance).release()
}
