// libpq's own header; pkg-config finds it in a folder of PostgreSQL's. And what Swift cannot see of the C library.
#ifndef PUHUI_CLIBPQ_SHIM_H
#define PUHUI_CLIBPQ_SHIM_H
#include <libpq-fe.h>

// The allocator's settings are no part of what Swift sees of the C library. Others than glibc have no such setting.
#include <malloc.h>
static inline void puhui_map_from(int bytes) {
#ifdef M_MMAP_THRESHOLD
  mallopt(M_MMAP_THRESHOLD, bytes);
#endif
}
#endif
