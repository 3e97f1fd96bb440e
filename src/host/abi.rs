//! Host imports. The only unsafe code of the crate: calls that the SDK lacks (response-code
//! details), or that it ends in a panic or an invalid enum where the host answers with a status
//! that it does not expect. Here every status but success is a value.

#![expect(
    unsafe_code,
    reason = "host imports can only be called so; each is wrapped once, here"
)]

use crate::time::UnixTime;
use std::ptr::{null_mut, slice_from_raw_parts_mut};

/// A status other than success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault(u32);

impl Fault {
    /// There is no such value, queue or function.
    pub(super) const NOT_FOUND: Self = Self(1);
    /// Someone else wrote first.
    pub(super) const CAS_MISMATCH: Self = Self(8);
}

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug)]
pub(super) enum Level {
    Info,
    Warn,
    Error,
    Critical,
}

/// A map of headers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Map {
    Request,
    RequestTrailers,
    CallResponse,
}

/// A buffer of bytes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Buffer {
    RequestBody,
    CallResponseBody,
    GrpcMessage,
    PluginConfiguration,
}

/// A kind of metric.
#[derive(Clone, Copy, Debug)]
pub(super) enum Metric {
    Counter,
    Gauge,
}

/// A value of the process's shared data, and the number that names this state of it.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) value: Vec<u8>,
    pub(super) version: u32,
}

/// The version to write with where a key must not be there yet.
pub(super) const ABSENT: u32 = u32::MAX;

const REQUEST_STREAM: u32 = 0;
const NO_GRPC_STATUS: i32 = -1;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    fn proxy_log(level: u32, message: *const u8, size: usize) -> u32;
    fn proxy_get_current_time_nanoseconds(time: *mut u64) -> u32;
    fn proxy_set_tick_period_milliseconds(period: u32) -> u32;
    fn proxy_get_buffer_bytes(
        buffer: u32,
        start: usize,
        most: usize,
        data: *mut *mut u8,
        size: *mut usize,
    ) -> u32;
    fn proxy_get_header_map_pairs(map: u32, data: *mut *mut u8, size: *mut usize) -> u32;
    fn proxy_replace_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    fn proxy_remove_header_map_value(map: u32, name: *const u8, name_size: usize) -> u32;
    fn proxy_get_property(
        path: *const u8,
        path_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
    ) -> u32;
    fn proxy_set_property(
        path: *const u8,
        path_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    fn proxy_get_shared_data(
        key: *const u8,
        key_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
        version: *mut u32,
    ) -> u32;
    fn proxy_set_shared_data(
        key: *const u8,
        key_size: usize,
        value: *const u8,
        value_size: usize,
        version: u32,
    ) -> u32;
    fn proxy_register_shared_queue(name: *const u8, name_size: usize, queue: *mut u32) -> u32;
    fn proxy_dequeue_shared_queue(queue: u32, data: *mut *mut u8, size: *mut usize) -> u32;
    fn proxy_enqueue_shared_queue(queue: u32, value: *const u8, value_size: usize) -> u32;
    fn proxy_send_local_response(
        status: u32,
        details: *const u8,
        details_size: usize,
        body: *const u8,
        body_size: usize,
        headers: *const u8,
        headers_size: usize,
        grpc_status: i32,
    ) -> u32;
    fn proxy_continue_stream(stream: u32) -> u32;
    fn proxy_set_effective_context(context: u32) -> u32;
    fn proxy_call_foreign_function(
        name: *const u8,
        name_size: usize,
        arguments: *const u8,
        arguments_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
    ) -> u32;
    fn proxy_get_status(code: *mut u32, data: *mut *mut u8, size: *mut usize) -> u32;
    fn proxy_define_metric(kind: u32, name: *const u8, name_size: usize, metric: *mut u32) -> u32;
    fn proxy_increment_metric(metric: u32, offset: i64) -> u32;
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn random_get(data: *mut u8, size: usize) -> u16;
}

fn done(status: u32) -> Result<(), Fault> {
    if status == 0 {
        Ok(())
    } else {
        Err(Fault(status))
    }
}

/// Takes over the bytes that a host call answers with.
fn answered(call: impl FnOnce(*mut *mut u8, *mut usize) -> u32) -> Result<Vec<u8>, Fault> {
    let mut data = null_mut();
    let mut size = 0;
    done(call(&raw mut data, &raw mut size))?;
    if data.is_null() {
        return Ok(Vec::new());
    }
    // SAFETY: the host got `data` from `proxy_on_memory_allocate`, which makes a boxed slice of
    // exactly this size, wrote all of its bytes, and hands it over once.
    Ok(unsafe { Box::from_raw(slice_from_raw_parts_mut(data, size)) }.into_vec())
}

/// Writes a line to the proxy's log, as it is. There is nobody to tell of a failure.
pub(super) fn log(level: Level, line: &str) {
    let level = match level {
        Level::Info => 2,
        Level::Warn => 3,
        Level::Error => 4,
        Level::Critical => 5,
    };
    // SAFETY: the host reads the line before it returns.
    let _ = unsafe { proxy_log(level, line.as_ptr(), line.len()) };
}

/// The time of day.
pub(super) fn now() -> Result<UnixTime, Fault> {
    let mut nanoseconds = 0_u64;
    // SAFETY: the host writes eight bytes to a place of eight bytes.
    done(unsafe { proxy_get_current_time_nanoseconds(&raw mut nanoseconds) })?;
    let milliseconds = i64::try_from(nanoseconds / 1_000_000).unwrap_or(i64::MAX);
    Ok(UnixTime::from_millis(milliseconds))
}

/// Sixteen random bytes.
pub(super) fn entropy() -> Result<[u8; 16], Fault> {
    let mut bytes = [0; 16];
    // SAFETY: the host writes no more than the size that it is told.
    done(u32::from(unsafe {
        random_get(bytes.as_mut_ptr(), bytes.len())
    }))?;
    Ok(bytes)
}

/// Has `on_tick` called this often.
pub(super) fn tick_every(milliseconds: u32) -> Result<(), Fault> {
    // SAFETY: no memory is passed.
    done(unsafe { proxy_set_tick_period_milliseconds(milliseconds) })
}

/// A part of a buffer.
pub(super) fn buffer(buffer: Buffer, most: usize) -> Result<Vec<u8>, Fault> {
    let buffer = match buffer {
        Buffer::RequestBody => 0,
        Buffer::CallResponseBody => 4,
        Buffer::GrpcMessage => 5,
        Buffer::PluginConfiguration => 7,
    };
    // SAFETY: the host writes one pointer and one size.
    answered(|data, size| unsafe { proxy_get_buffer_bytes(buffer, 0, most, data, size) })
}

/// A whole map, in the encoding that [`super::pairs`] reads.
pub(super) fn pairs(map: Map) -> Result<Vec<u8>, Fault> {
    let map = match map {
        Map::Request => 0,
        Map::RequestTrailers => 1,
        Map::CallResponse => 6,
    };
    // SAFETY: the host writes one pointer and one size.
    answered(|data, size| unsafe { proxy_get_header_map_pairs(map, data, size) })
}

/// Sets a request header, in place of all its lines.
pub(super) fn set_header(name: &str, value: &str) -> Result<(), Fault> {
    // SAFETY: the host copies name and value before it returns.
    done(unsafe {
        proxy_replace_header_map_value(0, name.as_ptr(), name.len(), value.as_ptr(), value.len())
    })
}

/// Sets a response header, in place of all its lines.
pub(super) fn set_response_header(name: &str, value: &str) -> Result<(), Fault> {
    // SAFETY: the host copies name and value before it returns.
    done(unsafe {
        proxy_replace_header_map_value(2, name.as_ptr(), name.len(), value.as_ptr(), value.len())
    })
}

/// Removes all lines of a request header.
pub(super) fn remove_header(name: &str) -> Result<(), Fault> {
    // SAFETY: the host reads the name before it returns.
    done(unsafe { proxy_remove_header_map_value(0, name.as_ptr(), name.len()) })
}

/// Removes all lines of a request trailer.
pub(super) fn remove_trailer(name: &str) -> Result<(), Fault> {
    // SAFETY: the host reads the name before it returns.
    done(unsafe { proxy_remove_header_map_value(1, name.as_ptr(), name.len()) })
}

/// A property. The elements of the path are separated by NUL.
pub(super) fn property(path: &str) -> Result<Vec<u8>, Fault> {
    // SAFETY: the host reads the path, and writes one pointer and one size.
    answered(|data, size| unsafe { proxy_get_property(path.as_ptr(), path.len(), data, size) })
}

/// Writes filter state `wasm.<name>`.
pub(super) fn set_state(name: &str, value: &str) -> Result<(), Fault> {
    // SAFETY: the host copies name and value before it returns.
    done(unsafe { proxy_set_property(name.as_ptr(), name.len(), value.as_ptr(), value.len()) })
}

/// Reads shared data. None where the key was never written.
pub(super) fn shared(key: &str) -> Result<Option<Cell>, Fault> {
    let mut version = 0;
    // SAFETY: the host reads the key, and writes one pointer, one size and one number.
    let value = answered(|data, size| unsafe {
        proxy_get_shared_data(key.as_ptr(), key.len(), data, size, &raw mut version)
    });
    match value {
        Ok(value) => Ok(Some(Cell { value, version })),
        Err(Fault::NOT_FOUND) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Writes shared data if it is still at this version.
pub(super) fn set_shared(key: &str, value: &[u8], version: u32) -> Result<(), Fault> {
    // SAFETY: the host copies key and value before it returns.
    done(unsafe {
        proxy_set_shared_data(
            key.as_ptr(),
            key.len(),
            value.as_ptr(),
            value.len(),
            version,
        )
    })
}

/// Makes a queue whose readiness is told to this root.
pub(super) fn register_queue(name: &str) -> Result<u32, Fault> {
    let mut queue = 0;
    // SAFETY: the host reads the name and writes one number.
    done(unsafe { proxy_register_shared_queue(name.as_ptr(), name.len(), &raw mut queue) })?;
    Ok(queue)
}

/// Takes one message out of a queue.
pub(super) fn dequeue(queue: u32) -> Result<Vec<u8>, Fault> {
    // SAFETY: the host writes one pointer and one size.
    answered(|data, size| unsafe { proxy_dequeue_shared_queue(queue, data, size) })
}

/// Puts an empty message into a queue, whoever registered it.
pub(super) fn ring(queue: u32) -> Result<(), Fault> {
    let message: &[u8] = &[];
    // SAFETY: the host copies the message before it returns.
    done(unsafe { proxy_enqueue_shared_queue(queue, message.as_ptr(), message.len()) })
}

/// Answers in place of the upstream. `headers` is in the encoding that [`super::pairs`] writes.
pub(super) fn reply(status: u16, details: &str, body: &str, headers: &[u8]) -> Result<(), Fault> {
    // SAFETY: the host copies all four before it returns.
    done(unsafe {
        proxy_send_local_response(
            u32::from(status),
            details.as_ptr(),
            details.len(),
            body.as_ptr(),
            body.len(),
            headers.as_ptr(),
            headers.len(),
            NO_GRPC_STATUS,
        )
    })
}

/// Lets a held request go on.
pub(super) fn release() -> Result<(), Fault> {
    // SAFETY: no memory is passed.
    done(unsafe { proxy_continue_stream(REQUEST_STREAM) })
}

/// Makes the calls that follow act on another context, until the current callback returns.
pub(super) fn act_for(context: u32) -> Result<(), Fault> {
    // SAFETY: no memory is passed.
    done(unsafe { proxy_set_effective_context(context) })
}

/// What the host says of the call of gRPC that has just failed.
pub(super) fn grpc_message() -> Result<Vec<u8>, Fault> {
    let mut code = 0;
    // SAFETY: the host writes one number, one pointer and one size.
    answered(|data, size| unsafe { proxy_get_status(&raw mut code, data, size) })
}

/// Calls a function that the host registered by name.
pub(super) fn foreign(name: &str, arguments: &[u8]) -> Result<Vec<u8>, Fault> {
    // SAFETY: the host reads name and arguments, and writes one pointer and one size.
    answered(|data, size| unsafe {
        proxy_call_foreign_function(
            name.as_ptr(),
            name.len(),
            arguments.as_ptr(),
            arguments.len(),
            data,
            size,
        )
    })
}

/// Defines a metric, or finds the one of this name.
pub(super) fn metric(kind: Metric, name: &str) -> Result<u32, Fault> {
    let kind = match kind {
        Metric::Counter => 0,
        Metric::Gauge => 1,
    };
    let mut metric = 0;
    // SAFETY: the host reads the name and writes one number.
    done(unsafe { proxy_define_metric(kind, name.as_ptr(), name.len(), &raw mut metric) })?;
    Ok(metric)
}

/// Adds to a metric. Only a gauge takes a negative number.
pub(super) fn add(metric: u32, offset: i64) -> Result<(), Fault> {
    // SAFETY: no memory is passed.
    done(unsafe { proxy_increment_metric(metric, offset) })
}
