/* What every rune may call, as one unit: it is the same for all runes, so it is compiled once and kept. */
#include "decimal.c"
#include "message.c"
#include "resource.c"
#include "serial.c"
