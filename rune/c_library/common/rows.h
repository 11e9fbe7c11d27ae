/* Windows of rows that lie one behind the other, the newest last. */
#ifndef RUNE_ROWS_H
#define RUNE_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "language.h"

/* The one function of C's library that a rune calls. A loop would become a call of memmove, which need not be there. */
#ifdef __wasm__
#define RUNE_COPY __builtin_memcpy
#else
#define RUNE_COPY memcpy
#endif

RUNE_FUNCTION void rune_copy_row(int8_t *row, const int8_t *source, int32_t size)
{
    RUNE_COPY(row, source, (size_t)size);
}

/* Moves each row up by one: the oldest is overwritten, and the last position is free. */
RUNE_FUNCTION void rune_forget_row(int8_t *window, int32_t size, int32_t height)
{
    for (int32_t row = 1; row < height; row++, window += size)
        rune_copy_row(window, window + size, size);
}

/* By copies of twice the size each: a loop that stores one byte would become a call of memset. */
RUNE_FUNCTION void rune_fill_row(int8_t *row, int32_t size, int32_t byte)
{
    row[0] = (int8_t)byte;
    for (int32_t filled = 1; filled < size; filled *= 2)
        rune_copy_row(row + filled, row, filled < size - filled ? filled : size - filled);
}

#endif
