// go_echo.go: class Echo in Go, built by `go build -buildmode=c-shared`. execute returns kwargs, once goroutines
// have read them; "panic" in kwargs is turned into UW_ERROR, "wait" runs until the call is cancelled,
// "goroutine" panics where nothing recovers.
package main

/*
#include <stdlib.h>

// The header declares the entry with const pointers, which an exported function of Go's cannot have.
#define uw_plugin_entry uw_plugin_entry_of_the_header
#include <universal_worker_plugin.h>
#undef uw_plugin_entry

// Go calls no function pointers of C's.
static inline uw_status finish(const uw_host *host, uw_call_id call, uw_status status, const char *text, size_t length) {
    return host->finish(call, status, text, length);
}
static inline int32_t is_cancelled(const uw_host *host, uw_call_id call) { return host->is_cancelled(call); }
static inline uw_status reply(const uw_host *host, uw_reply reply, const char *text, size_t length) {
    return host->reply(reply, text, length);
}

uw_status echo_create(uw_plugin *plugin, uw_host *host, uw_reply reply, void **instance);
uw_status echo_execute(void *instance, uw_call *call);
void echo_destroy(void *instance);
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"time"
	"unsafe"
)

var host *C.uw_host

// In C's memory, since the worker keeps the pointer.
var table = (*C.uw_plugin)(C.calloc(1, C.sizeof_uw_plugin))

func finish(call C.uw_call_id, status C.uw_status, text []byte) {
	var data *C.char
	if len(text) > 0 {
		data = (*C.char)(unsafe.Pointer(&text[0])) // the worker copies it before it returns
	}
	C.finish(host, call, status, data, C.size_t(len(text)))
}

//export echo_create
func echo_create(plugin *C.uw_plugin, given *C.uw_host, reply C.uw_reply, instance *unsafe.Pointer) C.uw_status {
	host, *instance = given, nil
	return C.UW_OK
}

//export echo_execute
func echo_execute(instance unsafe.Pointer, call *C.uw_call) (status C.uw_status) {
	// A panic that leaves an exported function ends the process, with exit code 2; so does one in a goroutine.
	defer func() {
		if problem := recover(); problem != nil {
			finish(call.id, C.UW_ERROR, []byte(fmt.Sprint("panic: ", problem)))
		}
	}()
	kwargs := C.GoBytes(unsafe.Pointer(call.kwargs.data), C.int(call.kwargs.length))
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(kwargs, &fields); err != nil {
		finish(call.id, C.UW_INVALID_ARGUMENT, []byte(err.Error()))
		return C.UW_OK
	}
	if _, ok := fields["panic"]; ok {
		panic("asked for")
	}
	if _, ok := fields["wait"]; ok {
		for C.is_cancelled(host, call.id) == 0 {
			time.Sleep(time.Millisecond)
		}
		finish(call.id, C.UW_CANCELLED, nil)
		return C.UW_OK
	}
	_, deadly := fields["goroutine"]
	// Goroutines run on threads of Go's own, and may outlive the call: they get copies.
	encoded := make(chan []byte)
	go func() {
		if deadly {
			panic("asked for")
		}
		text, _ := json.Marshal(fields)
		encoded <- text
	}()
	finish(call.id, C.UW_OK, <-encoded)
	return C.UW_OK
}

//export echo_destroy
func echo_destroy(instance unsafe.Pointer) {}

//export uw_plugin_entry
func uw_plugin_entry(given *C.uw_host, class C.uw_text, reply C.uw_reply, plugin **C.uw_plugin) C.uw_status {
	if C.GoStringN(class.data, C.int(class.length)) != "Echo" {
		names := C.CString("Echo")
		defer C.free(unsafe.Pointer(names))
		C.reply(given, reply, names, C.UW_NTS)
		return C.UW_UNKNOWN_CLASS
	}
	table.abi_major, table.abi_minor, table.struct_size = C.UW_ABI_MAJOR, C.UW_ABI_MINOR, C.sizeof_uw_plugin
	table.threading, table.max_concurrency = C.UW_CONCURRENT, 8
	table.flags = C.UW_POLLS_CANCELLED
	table.name, table.version = C.CString("GoEcho"), C.CString("1.0")
	table.create = (*[0]byte)(C.echo_create)
	table.execute = (*[0]byte)(C.echo_execute)
	table.destroy = (*[0]byte)(C.echo_destroy)
	*plugin = table
	return C.UW_OK
}

func main() {} // never called; the build wants one
