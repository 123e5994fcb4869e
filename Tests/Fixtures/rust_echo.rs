// rust_echo.rs: class Echo in Rust without dependencies. execute returns kwargs; a panic inside
// ("panic" in kwargs) is turned into UW_ERROR before it reaches the worker.
use std::ffi::{c_char, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::{ptr, slice};

type Status = i32;
const OK: Status = 0;
const ERROR: Status = 2;
const UNKNOWN_CLASS: Status = 16;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    data: *const c_char,
    length: usize,
}

type SendText = unsafe extern "C" fn(u64, *const c_char, usize) -> Status;

#[repr(C)]
pub struct Host {
    abi_major: u32,
    abi_minor: u32,
    struct_size: u32,
    reserved: u32,
    name: *const c_char,
    version: *const c_char,
    reply: SendText,
    emit: SendText,
    progress: unsafe extern "C" fn(u64, f64, *const c_char, usize) -> Status,
    is_cancelled: unsafe extern "C" fn(u64) -> i32,
    finish: unsafe extern "C" fn(u64, Status, *const c_char, usize) -> Status,
    log: unsafe extern "C" fn(u32, *const c_char, usize),
    config_changed: unsafe extern "C" fn(),
}

#[repr(C)]
pub struct Call {
    struct_size: u32,
    reserved: u32,
    id: u64,
    args: Text,
    kwargs: Text,
    request_id: Text,
}

type Instance = *mut c_void;
type Ask = Option<unsafe extern "C" fn(Instance, u64) -> Status>;
type Run = Option<unsafe extern "C" fn(Instance, *const Call) -> Status>;
type Create =
    Option<unsafe extern "C" fn(*const Plugin, *const Host, u64, *mut Instance) -> Status>;

#[repr(C)]
pub struct Plugin {
    abi_major: u32,
    abi_minor: u32,
    struct_size: u32,
    threading: u32,
    max_concurrency: u32,
    flags: u32,
    name: *const c_char,
    version: *const c_char,
    context: *mut c_void,
    create: Create,
    initialize: Option<unsafe extern "C" fn(Instance, Text, u64) -> Status>,
    config_schema: Ask,
    current_config: Ask,
    execute: Run,
    execute_stream: Run,
    cancel: Option<unsafe extern "C" fn(Instance, u64, u64) -> Status>,
    cleanup: Ask,
    destroy: Option<unsafe extern "C" fn(Instance)>,
}

unsafe impl Sync for Plugin {}

const _: () = assert!(size_of::<Host>() == 88 && size_of::<Call>() == 64);
const _: () = assert!(size_of::<Plugin>() == 120);

static HOST: AtomicPtr<Host> = AtomicPtr::new(ptr::null_mut());

unsafe extern "C" fn create(
    _: *const Plugin, host: *const Host, _: u64, instance: *mut Instance,
) -> Status {
    HOST.store(host.cast_mut(), Ordering::Release);
    unsafe { *instance = ptr::null_mut() };
    OK
}

unsafe extern "C" fn execute(_: Instance, call: *const Call) -> Status {
    let outcome = std::panic::catch_unwind(|| unsafe {
        let (host, call) = (&*HOST.load(Ordering::Acquire), &*call);
        let kwargs = slice::from_raw_parts(call.kwargs.data.cast::<u8>(), call.kwargs.length);
        if kwargs.windows(7).any(|bytes| bytes == b"\"panic\"") {
            panic!("asked for");
        }
        (host.finish)(call.id, OK, call.kwargs.data, call.kwargs.length)
    });
    if outcome.is_ok() { OK } else { ERROR }
}

unsafe extern "C" fn destroy(_: Instance) {}

static PLUGIN: Plugin = Plugin {
    abi_major: 1,
    abi_minor: 0,
    struct_size: size_of::<Plugin>() as u32,
    threading: 0,
    max_concurrency: 0,
    flags: 0,
    name: c"RustEcho".as_ptr(),
    version: c"1.0".as_ptr(),
    context: ptr::null_mut(),
    create: Some(create),
    initialize: None,
    config_schema: None,
    current_config: None,
    execute: Some(execute),
    execute_stream: None,
    cancel: None,
    cleanup: None,
    destroy: Some(destroy),
};

/// # Safety
/// The worker calls it, with pointers that live through the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uw_plugin_entry(
    host: *const Host, class: Text, reply: u64, plugin: *mut *const Plugin,
) -> Status {
    let name = unsafe { slice::from_raw_parts(class.data.cast::<u8>(), class.length) };
    if name != b"Echo" {
        unsafe { ((*host).reply)(reply, c"Echo".as_ptr(), 4) };
        return UNKNOWN_CLASS;
    }
    unsafe { *plugin = &PLUGIN };
    OK
}
