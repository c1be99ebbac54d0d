// libpq's own header; pkg-config finds it in a folder of PostgreSQL's.
#ifndef PUHUI_CLIBPQ_SHIM_H
#define PUHUI_CLIBPQ_SHIM_H
#include <libpq-fe.h>
#endif
