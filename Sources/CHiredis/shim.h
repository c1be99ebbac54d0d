// What Swift cannot see of hiredis by itself. Debian 12 ships hiredis 0.14.
#ifndef PUHUI_CHIREDIS_SHIM_H
#define PUHUI_CHIREDIS_SHIM_H
#include <hiredis/hiredis.h>
#endif
