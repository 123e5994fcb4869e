// The names of the codes of the signals that crashes raise.
#include "crash.h"

struct code {
    int signal, code;
    const char *name;
};

// SI_TKILL is what raise, abort and pthread_kill send.
static const struct code codes[] = {
    {0, SI_USER, "SI_USER"},
    {0, SI_TKILL, "SI_TKILL"},
    {0, SI_QUEUE, "SI_QUEUE"},
    {0, SI_KERNEL, "SI_KERNEL"},
    {SIGSEGV, SEGV_MAPERR, "SEGV_MAPERR, nothing is mapped there"},
    {SIGSEGV, SEGV_ACCERR, "SEGV_ACCERR, access is not allowed"},
    {SIGSEGV, SEGV_PKUERR, "SEGV_PKUERR, protected by a key"},
    {SIGBUS, BUS_ADRALN, "BUS_ADRALN, wrongly aligned"},
    {SIGBUS, BUS_ADRERR, "BUS_ADRERR, no such physical address, as behind a file's end"},
    {SIGBUS, BUS_OBJERR, "BUS_OBJERR, hardware"},
    {SIGBUS, BUS_MCEERR_AR, "BUS_MCEERR_AR, memory is broken"},
    {SIGBUS, BUS_MCEERR_AO, "BUS_MCEERR_AO, memory is broken"},
    {SIGILL, ILL_ILLOPC, "ILL_ILLOPC, illegal instruction"},
    {SIGILL, ILL_ILLOPN, "ILL_ILLOPN, illegal operand"},
    {SIGILL, ILL_ILLADR, "ILL_ILLADR, illegal addressing"},
    {SIGILL, ILL_ILLTRP, "ILL_ILLTRP, illegal trap"},
    {SIGILL, ILL_PRVOPC, "ILL_PRVOPC, privileged instruction"},
    {SIGTRAP, TRAP_BRKPT, "TRAP_BRKPT, breakpoint"},
    {SIGTRAP, TRAP_TRACE, "TRAP_TRACE, trace"},
    {SIGFPE, FPE_INTDIV, "FPE_INTDIV, division by zero"},
    {SIGFPE, FPE_INTOVF, "FPE_INTOVF, integer overflow"},
    {SIGFPE, FPE_FLTDIV, "FPE_FLTDIV, division by zero"},
    {SIGFPE, FPE_FLTINV, "FPE_FLTINV, invalid operation"},
};

const char *crash_code_name(int signal, int code) {
    for (size_t index = 0; index < sizeof codes / sizeof *codes; index++) {
        const struct code *known = &codes[index];
        if (known->code == code && (known->signal == 0 || known->signal == signal))
            return known->name;
    }
    return NULL;
}
