#ifndef CLINUX_H
#define CLINUX_H
#include <sys/prctl.h>
#endif
