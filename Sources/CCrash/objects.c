// The loaded objects, for the crash report: noted while all is well, since asking the dynamic
// linker in a handler would wait for its lock.
#include "crash.h"

#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>

enum { max_objects = 512, max_segments = 2048, name_length = 127 };

struct object {
    uintptr_t base;
    char name[name_length + 1];
};

/// Addresses [low, high) of an object, code or data.
struct segment {
    uintptr_t low, high;
    unsigned object;
};

struct table {
    unsigned object_count, segment_count;
    struct object objects[max_objects];
    struct segment segments[max_segments];
};

/// One is read while the other is written.
static struct table tables[2];
static _Atomic(struct table *) current;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int note(struct dl_phdr_info *information, size_t size, void *argument) {
    (void)size;
    struct table *table = argument;
    if (table->object_count == max_objects) return 1;
    const unsigned number = table->object_count++;
    struct object *object = &table->objects[number];
    object->base = information->dlpi_addr;
    const char *path = information->dlpi_name;
    const char *slash = strrchr(path, '/');
    const char *name = *path == 0 ? program_invocation_short_name : slash ? slash + 1 : path;
    (void)strncpy(object->name, name, name_length);
    object->name[name_length] = 0;
    for (unsigned index = 0; index < information->dlpi_phnum; index++) {
        const ElfW(Phdr) *header = &information->dlpi_phdr[index];
        if (header->p_type != PT_LOAD || table->segment_count == max_segments) continue;
        const uintptr_t low = information->dlpi_addr + header->p_vaddr;
        table->segments[table->segment_count++] =
            (struct segment){.low = low, .high = low + header->p_memsz, .object = number};
    }
    return 0;
}

void ccrash_objects_changed(void) {
    (void)pthread_mutex_lock(&lock);
    struct table *now = atomic_load_explicit(&current, memory_order_relaxed);
    struct table *next = now == &tables[0] ? &tables[1] : &tables[0];
    next->object_count = 0;
    next->segment_count = 0;
    (void)dl_iterate_phdr(note, next);
    atomic_store_explicit(&current, next, memory_order_release);
    (void)pthread_mutex_unlock(&lock);
}

static void add_place(struct crash_text *text, const char *name, size_t length, uintptr_t offset) {
    crash_text_add_foreign(text, name, length);
    crash_text_add(text, "+");
    crash_text_add_hex(text, offset, 1);
}

void crash_objects_add(struct crash_text *text, const struct crash_frame *frame) {
    const uintptr_t past = frame->address - frame->code;
    const struct table *table = atomic_load_explicit(&current, memory_order_acquire);
    for (unsigned index = 0; table && index < table->segment_count; index++) {
        const struct segment *segment = &table->segments[index];
        if (frame->code < segment->low || frame->code >= segment->high) continue;
        const struct object *object = &table->objects[segment->object];
        return add_place(text, object->name, name_length, frame->address - object->base);
    }
    // One that was loaded later.
    if (frame->is_located)
        return add_place(text, strrchr(frame->path, '/') + 1, name_length, frame->offset + past);
    crash_text_add_hex(text, frame->address, 16);
}
