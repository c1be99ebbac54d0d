// libqrencode's own header.
#ifndef PUHUI_CQRENCODE_SHIM_H
#define PUHUI_CQRENCODE_SHIM_H
#include <qrencode.h>
#endif
