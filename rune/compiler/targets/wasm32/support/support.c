/* The functions that every rune may call, in one unit: it is the same for all runes, so it is compiled once and
 * cached. */
#include "decimal.c"
#include "message.c"
#include "resource.c"
#include "serial.c"
