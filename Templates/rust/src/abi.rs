//! The plugin ABI 1.0, as `universal_worker_plugin.h` beside the README has it, of which later versions only add to the end.
use std::ffi::c_void;
use std::os::raw::c_char;

pub type Status = i32;
pub const OK: Status = 0;
pub const ERROR: Status = 2;
pub const INVALID_ARGUMENT: Status = 3;
pub const CANCELLED: Status = 4;
pub const UNKNOWN_CLASS: Status = 16;

/// A length that says: up to the first NUL.
pub const NTS: usize = usize::MAX;
/// A flag: calls look at `is_cancelled`.
pub const POLLS_CANCELLED: u32 = 1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    data: *const c_char,
    length: usize,
}

impl Text {
    /// # Safety
    /// Only as long as the worker lends the text: until the function that got it returns.
    pub unsafe fn as_str<'a>(self) -> &'a str {
        if self.length == 0 {
            return "";
        }
        // The worker hands over nothing but UTF-8.
        std::str::from_utf8_unchecked(std::slice::from_raw_parts(self.data.cast(), self.length))
    }
}

type SendText = unsafe extern "C" fn(u64, *const c_char, usize) -> Status;

#[repr(C)]
pub struct Host {
    pub abi_major: u32,
    pub abi_minor: u32,
    pub struct_size: u32,
    reserved: u32,
    pub name: *const c_char,
    pub version: *const c_char,
    pub reply: SendText,
    pub emit: SendText,
    pub progress: unsafe extern "C" fn(u64, f64, *const c_char, usize) -> Status,
    pub is_cancelled: unsafe extern "C" fn(u64) -> i32,
    pub finish: unsafe extern "C" fn(u64, Status, *const c_char, usize) -> Status,
    pub log: unsafe extern "C" fn(u32, *const c_char, usize),
    pub config_changed: unsafe extern "C" fn(),
}

#[repr(C)]
pub struct Call {
    struct_size: u32,
    reserved: u32,
    pub id: u64,
    pub args: Text,
    pub kwargs: Text,
    pub request_id: Text,
}

pub type Instance = *mut c_void;
pub type Ask = Option<unsafe extern "C" fn(Instance, u64) -> Status>;
pub type Run = Option<unsafe extern "C" fn(Instance, *const Call) -> Status>;

#[repr(C)]
pub struct Plugin {
    pub abi_major: u32,
    pub abi_minor: u32,
    pub struct_size: u32,
    pub threading: u32,
    pub max_concurrency: u32,
    pub flags: u32,
    pub name: *const c_char,
    pub version: *const c_char,
    pub context: *mut c_void,
    pub create: Option<unsafe extern "C" fn(*const Plugin, *const Host, u64, *mut Instance) -> Status>,
    pub initialize: Option<unsafe extern "C" fn(Instance, Text, u64) -> Status>,
    pub config_schema: Ask,
    pub current_config: Ask,
    pub execute: Run,
    pub execute_stream: Run,
    pub cancel: Option<unsafe extern "C" fn(Instance, u64, u64) -> Status>,
    pub cleanup: Ask,
    pub destroy: Option<unsafe extern "C" fn(Instance)>,
}

unsafe impl Sync for Plugin {}

const _: () = assert!(std::mem::size_of::<Host>() == 88 && std::mem::size_of::<Call>() == 64);
const _: () = assert!(std::mem::size_of::<Plugin>() == 120);
