//! The plugin as the worker sees it: one exported function, and a table.
mod abi;
mod json;
mod plugin;

use abi::*;
use plugin::{Arguments, Configuration, Invalid};
use std::os::raw::c_char;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::time::{Duration, Instant};

const CLASS: &[u8] = b"Greeter\0";

/// What create makes: the functions of the worker, and what was configured.
struct State {
    host: &'static Host,
    configuration: Configuration,
}

/// Runs what may panic; a panic is not to leave a function of the plugin.
fn guarded(body: impl FnOnce() -> Status) -> Status {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(ERROR)
}

/// Hands a text to the worker, which copies it.
fn send(text: &str, take: impl FnOnce(*const c_char, usize) -> Status) -> Status {
    take(text.as_ptr().cast(), text.len())
}

unsafe extern "C" fn create(_: *const Plugin, host: *const Host, _: u64, instance: *mut Instance) -> Status {
    let state = State { host: &*host, configuration: Configuration::default() };
    *instance = Box::into_raw(Box::new(state)).cast();
    OK
}

unsafe extern "C" fn destroy(instance: Instance) {
    drop(Box::from_raw(instance.cast::<State>()));
}

unsafe extern "C" fn initialize(instance: Instance, config: Text, reply: u64) -> Status {
    let state = &mut *instance.cast::<State>();
    guarded(|| match Configuration::read(config.as_str()) {
        Ok(configuration) => {
            state.configuration = configuration;
            OK
        }
        Err(Invalid(problem)) => {
            send(&problem, |text, length| (state.host.reply)(reply, text, length));
            INVALID_ARGUMENT
        }
    })
}

unsafe extern "C" fn config_schema(instance: Instance, reply: u64) -> Status {
    let state = &*instance.cast::<State>();
    send(plugin::SCHEMA, |text, length| (state.host.reply)(reply, text, length))
}

unsafe extern "C" fn current_config(instance: Instance, reply: u64) -> Status {
    let state = &*instance.cast::<State>();
    guarded(|| send(&state.configuration.json(), |text, length| (state.host.reply)(reply, text, length)))
}

/// Runs a call with its arguments, or ends it with what is wrong with them.
unsafe fn run(instance: Instance, call: *const Call, body: impl FnOnce(&State, u64, Arguments) -> Status) -> Status {
    let (state, call) = (&*instance.cast::<State>(), &*call);
    guarded(|| match Arguments::read(call.args.as_str(), call.kwargs.as_str()) {
        Ok(arguments) => body(state, call.id, arguments),
        Err(Invalid(problem)) => {
            send(&problem, |text, length| (state.host.finish)(call.id, INVALID_ARGUMENT, text, length));
            OK
        }
    })
}

unsafe extern "C" fn execute(instance: Instance, call: *const Call) -> Status {
    run(instance, call, |state, id, arguments| {
        let greeting = state.configuration.greet(&arguments.who);
        send(&greeting, |text, length| (state.host.finish)(id, OK, text, length));
        OK
    })
}

unsafe extern "C" fn execute_stream(instance: Instance, call: *const Call) -> Status {
    run(instance, call, |state, id, arguments| {
        let status = stream(state, id, &arguments);
        (state.host.finish)(id, status, std::ptr::null(), 0);
        OK
    })
}

/// Emits lines until all are out, or the call is to stop.
unsafe fn stream(state: &State, id: u64, arguments: &Arguments) -> Status {
    for line in 0..arguments.times {
        if line > 0 && !pause(state, id) {
            return CANCELLED;
        }
        let greeting = state.configuration.greet(&arguments.who);
        // Waits while the client is slow, and fails if it wants no more.
        match send(&greeting, |text, length| (state.host.emit)(id, text, length)) {
            OK => (state.host.progress)(id, (line + 1) as f64 / arguments.times as f64, std::ptr::null(), 0),
            CANCELLED => return CANCELLED,
            _ => return ERROR,
        };
    }
    OK
}

/// Waits, but not for a call that is to stop; false if it is.
unsafe fn pause(state: &State, id: u64) -> bool {
    let start = Instant::now();
    while start.elapsed() < state.configuration.pause && (state.host.is_cancelled)(id) == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    (state.host.is_cancelled)(id) == 0
}

static PLUGIN: Plugin = Plugin {
    abi_major: 1,
    abi_minor: 0,
    struct_size: std::mem::size_of::<Plugin>() as u32,
    threading: 0,
    max_concurrency: 0,
    flags: POLLS_CANCELLED,
    name: CLASS.as_ptr().cast(),
    version: b"0.1\0".as_ptr().cast(),
    context: std::ptr::null_mut(),
    create: Some(create),
    initialize: Some(initialize),
    config_schema: Some(config_schema),
    current_config: Some(current_config),
    execute: Some(execute),
    execute_stream: Some(execute_stream),
    cancel: None,
    cleanup: None,
    destroy: Some(destroy),
};

/// # Safety
/// The worker calls it, with pointers that live through the call.
#[no_mangle]
pub unsafe extern "C" fn uw_plugin_entry(
    host: *const Host, class: Text, reply: u64, plugin: *mut *const Plugin,
) -> Status {
    if class.as_str().as_bytes() != &CLASS[..CLASS.len() - 1] {
        ((*host).reply)(reply, CLASS.as_ptr().cast(), NTS);
        return UNKNOWN_CLASS;
    }
    *plugin = &PLUGIN;
    OK
}
