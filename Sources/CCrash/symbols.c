// The names of functions, from the symbol tables of the files that the frames of a crash come from.
//
// In the handler, and only there: no plugin's start pays for it, and no memory is touched before. Files are read
// by system calls, so a damaged one is an error and no fault.
#include "crash.h"

#include <link.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/// A file, and the frames that come from it.
struct file {
    int descriptor;
    ElfW(Ehdr) header;
    struct crash_frame *frames[CRASH_FRAMES];
    unsigned count;
};

static _Bool read_at(const struct file *file, void *to, size_t size, uint64_t position) {
    return pread(file->descriptor, to, size, (off_t)position) == (ssize_t)size;
}

static _Bool read_header(struct file *file) {
    struct stat status;
    return fstat(file->descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
        read_at(file, &file->header, sizeof file->header, 0) &&
        memcmp(file->header.e_ident, ELFMAG, SELFMAG) == 0 &&
        file->header.e_ident[EI_CLASS] == (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32) &&
        file->header.e_phentsize == sizeof(ElfW(Phdr)) && file->header.e_shentsize == sizeof(ElfW(Shdr));
}

/// Whether the code at a frame is what the file has there: another one may have been put in its place.
static _Bool is_same_code(const struct file *file, const struct crash_frame *frame) {
    enum { size = 64 };
    static unsigned char memory[size], stored[size];
    // Blocks of this size do not reach beyond a page.
    const uint64_t before = frame->code % size;
    const struct iovec to = {.iov_base = memory, .iov_len = size};
    const struct iovec from = {.iov_base = (void *)(frame->code - before), .iov_len = size};
    return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == size && frame->position >= before &&
        read_at(file, stored, size, frame->position - before) && memcmp(memory, stored, size) == 0;
}

/// Turns the position in the file into the address that the file's tables have for it.
static _Bool locate(const struct file *file, struct crash_frame *frame) {
    for (unsigned index = 0; index < file->header.e_phnum; index++) {
        ElfW(Phdr) segment;
        if (!read_at(file, &segment, sizeof segment, file->header.e_phoff + index * sizeof segment)) return 0;
        if (segment.p_type != PT_LOAD || frame->position < segment.p_offset ||
            frame->position - segment.p_offset >= segment.p_filesz)
            continue;
        frame->offset = frame->position - segment.p_offset + segment.p_vaddr;
        return 1;
    }
    return 0;
}

static _Bool read_section(const struct file *file, unsigned index, ElfW(Shdr) *section) {
    return index < file->header.e_shnum &&
        read_at(file, section, sizeof *section, file->header.e_shoff + index * sizeof *section);
}

static _Bool find_table(const struct file *file, unsigned type, ElfW(Shdr) *table, ElfW(Shdr) *names) {
    for (unsigned index = 0; read_section(file, index, table); index++)
        if (table->sh_type == type && table->sh_entsize == sizeof(ElfW(Sym)))
            return read_section(file, table->sh_link, names);
    return 0;
}

/// Notes a function for the frames in it; of several the smallest one, which lies within the others.
static void take(const struct file *file, const ElfW(Sym) *symbol) {
    const unsigned type = ELF64_ST_TYPE(symbol->st_info);
    if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol->st_shndx == SHN_UNDEF) return;
    for (unsigned index = 0; index < file->count; index++) {
        struct crash_frame *frame = file->frames[index];
        // One without a size contains nothing.
        if (frame->offset < symbol->st_value || frame->offset - symbol->st_value >= symbol->st_size ||
            (frame->size != 0 && frame->size <= symbol->st_size))
            continue;
        frame->start = symbol->st_value;
        frame->size = symbol->st_size;
        frame->name = symbol->st_name;
    }
}

static void read_table(const struct file *file, uint64_t deadline) {
    static ElfW(Sym) symbols[512];
    ElfW(Shdr) table, names;
    // A stripped library has only the symbols that it exports.
    if (!find_table(file, SHT_SYMTAB, &table, &names) && !find_table(file, SHT_DYNSYM, &table, &names)) return;
    for (uint64_t done = 0; done < table.sh_size && crash_now() < deadline; done += sizeof symbols) {
        const uint64_t left = table.sh_size - done;
        const size_t size = left < sizeof symbols ? left : sizeof symbols;
        if (!read_at(file, symbols, size, table.sh_offset + done)) break;
        for (size_t index = 0; index < size / sizeof *symbols; index++) take(file, &symbols[index]);
    }
    for (unsigned index = 0; index < file->count; index++) {
        struct crash_frame *frame = file->frames[index];
        if (frame->size == 0) continue;
        const off_t place = (off_t)(names.sh_offset + frame->name);
        const ssize_t length = pread(file->descriptor, frame->function, sizeof frame->function - 1, place);
        frame->function[length > 0 ? length : 0] = 0;
    }
}

/// Finds the names of all frames that come from the file of the first one.
static void read_file(struct crash_frame *frames, unsigned count, uint64_t deadline) {
    static struct file file;
    file.descriptor = crash_open_file(frames->path);
    if (file.descriptor < 0) return;
    file.count = 0;
    const _Bool is_readable = read_header(&file);
    for (unsigned index = 0; is_readable && index < count; index++) {
        struct crash_frame *frame = &frames[index];
        if (frame->path != frames->path || !is_same_code(&file, frame) || !locate(&file, frame)) continue;
        file.frames[file.count++] = frame;
        frame->is_located = 1;
    }
    if (file.count > 0) read_table(&file, deadline);
    (void)close(file.descriptor);
}

void crash_symbols_find(struct crash_frame *frames, unsigned count, uint64_t deadline) {
    crash_mappings_find(frames, count);
    for (unsigned index = 0; index < count && crash_now() < deadline; index++) {
        if (!frames[index].path) continue;
        unsigned former = 0;
        while (frames[former].path != frames[index].path) former++;
        if (former == index) read_file(&frames[index], count - index, deadline);
    }
}
