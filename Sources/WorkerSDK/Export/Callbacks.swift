internal import CWorkerPlugin
internal import FoundationEssentials

// The functions of the C table. Each recovers what stands behind its pointer and calls one method.
// An instance is retained by createInstance and released by destroyInstance.

/// The object behind an instance pointer.
private final class InstanceBox {
    let instance: any PluginInstance
    let host: Host

    init(_ instance: any PluginInstance, _ host: Host) {
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
    func leave(_ reply: uw_reply, _ body: (any PluginInstance) throws -> Data?) -> uw_status {
        do {
            if let text = try body(instance) { host.reply(reply, text) }
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

func initializeInstance(
    _ instance: UnsafeMutableRawPointer?, _ configuration: uw_text, _ reply: uw_reply
) -> uw_status {
    unsafe InstanceBox.behind(instance).leave(reply) {
        try $0.initialize(unsafe Data(configuration))
        return nil
    }
}

func leaveConfigurationSchema(
    _ instance: UnsafeMutableRawPointer?, _ reply: uw_reply
) -> uw_status {
    unsafe InstanceBox.behind(instance).leave(reply) { try $0.configurationSchema() }
}

func leaveBodySchemas(_ instance: UnsafeMutableRawPointer?, _ reply: uw_reply) -> uw_status {
    unsafe InstanceBox.behind(instance).leave(reply) { try $0.bodySchemas() }
}

func leaveConfiguration(_ instance: UnsafeMutableRawPointer?, _ reply: uw_reply) -> uw_status {
    unsafe InstanceBox.behind(instance).leave(reply) { try $0.configuration() }
}

func executeCall(
    _ instance: UnsafeMutableRawPointer?, _ call: UnsafePointer<uw_call>
) -> uw_status {
    unsafe InstanceBox.behind(instance).instance.execute(IncomingCall(call))
}

func executeStreamCall(
    _ instance: UnsafeMutableRawPointer?, _ call: UnsafePointer<uw_call>
) -> uw_status {
    unsafe InstanceBox.behind(instance).instance.executeStream(IncomingCall(call))
}

func handleEndpoint(
    _ instance: UnsafeMutableRawPointer?, _ call: UnsafePointer<uw_call>
) -> uw_status {
    unsafe InstanceBox.behind(instance).instance.endpoint(IncomingCall(call))
}

func prefetchCall(
    _ instance: UnsafeMutableRawPointer?, _ call: UnsafePointer<uw_call>
) -> uw_status {
    unsafe InstanceBox.behind(instance).instance.prefetch(IncomingCall(call))
}

func reconfigureInstance(
    _ instance: UnsafeMutableRawPointer?, _ old: uw_text, _ new: uw_text, _ reply: uw_reply
) -> uw_status {
    unsafe InstanceBox.behind(instance).leave(reply) {
        try $0.reconfigure(from: unsafe Data(old), to: unsafe Data(new))
        return nil
    }
}

func enableInstance(_ instance: UnsafeMutableRawPointer?, _ reply: uw_reply) -> uw_status {
    unsafe InstanceBox.behind(instance).leave(reply) {
        try $0.setEnabled(true)
        return nil
    }
}

func disableInstance(_ instance: UnsafeMutableRawPointer?, _ reply: uw_reply) -> uw_status {
    unsafe InstanceBox.behind(instance).leave(reply) {
        try $0.setEnabled(false)
        return nil
    }
}

func leaveConfigurationOptions(
    _ instance: UnsafeMutableRawPointer?, _ reply: uw_reply
) -> uw_status {
    unsafe InstanceBox.behind(instance).leave(reply) { try $0.configurationOptions() }
}

func cancelCall(
    _ instance: UnsafeMutableRawPointer?, _ call: uw_call_id, _ reply: uw_reply
) -> uw_status {
    unsafe InstanceBox.behind(instance).instance.cancel(call)
    return Status.ok
}

func cleanUpInstance(_ instance: UnsafeMutableRawPointer?, _ reply: uw_reply) -> uw_status {
    unsafe InstanceBox.behind(instance).leave(reply) {
        try $0.cleanup()
        return nil
    }
}

func destroyInstance(_ instance: UnsafeMutableRawPointer?) {
    guard let instance = unsafe instance else { return }
    unsafe Unmanaged<InstanceBox>.fromOpaque(instance).release()
}
