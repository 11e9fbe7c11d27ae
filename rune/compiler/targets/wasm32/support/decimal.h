/* Numbers as decimal text: integers, and the shortest text that reads back as the same double. */
#ifndef RUNE_DECIMAL_H
#define RUNE_DECIMAL_H

#include <stdint.h>

/* Each writes at `next` and returns where it stopped: at most 20 bytes for an integer, 24 for a double. */
char *rune_decimal_unsigned(char *next, uint64_t number);
char *rune_decimal_signed(char *next, int64_t number);

/*
 * The shortest digits that round to `number`, the nearest to it among those; laid out as Rust's serde_json does:
 * 1.0, 0.00001, 1e-7, 1.5e16. What is not finite is written as null, for JSON has no word for it.
 */
char *rune_decimal_double(char *next, double number);

#endif
