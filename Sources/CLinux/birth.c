// What a process is given at its birth, taken before anything else runs: the dynamic linker calls
// what stands in .preinit_array before the constructors of all libraries, with main's arguments. A
// command line that is Python's goes no further.
#define _GNU_SOURCE
#include "clinux.h"
#include "dropin.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int argument_count;
static char **argument_vector;
static const char *own_path;
static _Bool is_missing[3];

/// Opens what is missing of descriptors 0, 1 and 2, so that nothing else gets their numbers: what is
/// written to stdout would go there, and the capture of stdout would take the number away.
static void fill_standard_descriptors(void) {
    // Bare system calls: the sanitizers' versions of these functions do not work yet.
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        if (syscall(SYS_fcntl, descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
        is_missing[descriptor] = 1;
        // The lowest free number is this one.
        if (syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR) < 0)
            (void)syscall(SYS_openat, AT_FDCWD, "/", O_PATH);
    }
}

__attribute__((no_sanitize("address", "thread", "undefined"))) static void be_born(
    int count, char **arguments, char **environment) {
    own_path = dropin_own_path(count, arguments, environment);
    dropin_decide(count, arguments, environment, own_path);
    argument_count = count;
    argument_vector = arguments;
    fill_standard_descriptors();
}

__attribute__((section(".preinit_array"), used)) static void (*const first)(
    int, char **, char **) = be_born;

int clinux_argument_count(void) { return argument_count; }

const char *clinux_argument(int index) { return argument_vector[index]; }

_Bool clinux_was_missing(int descriptor) {
    return descriptor >= 0 && descriptor <= 2 && is_missing[descriptor];
}

const char *clinux_start_path(void) { return own_path; }
