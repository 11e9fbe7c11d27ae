/* The block window: the newest elements of a stream, oldest first, each time that a hop of them is new. */
#ifndef RUNE_BLOCK_WINDOW_H
#define RUNE_BLOCK_WINDOW_H

#include "rune.h"

/* A ring of rows. All is zero at first. */
struct rune_window_state {
    int32_t held;  /* rows that are there, at most a whole window */
    int32_t next;  /* where the next row goes, which is the oldest of a whole window */
    int32_t fresh; /* rows since the window that was given last */
    int32_t unused;
    uint8_t bytes[];
};

/* A window follows when it is whole and `hop` rows of it are new; the first one when it is whole. */
RUNE_FUNCTION int32_t rune_window(const void *in, void *out, void *state, int32_t rows, int32_t size, int32_t hop,
                                  int32_t row) {
    struct rune_window_state *window = (struct rune_window_state *)state;
    const uint8_t *from = (const uint8_t *)in;
    uint8_t *to = (uint8_t *)out;
    int is_first = window->held < size;
    for (int32_t i = 0; i < rows; ++i) {
        uint8_t *place = window->bytes + (size_t)window->next * (size_t)row;
        for (int32_t k = 0; k < row; ++k) place[k] = *from++;
        window->next = window->next + 1 == size ? 0 : window->next + 1;
        if (window->held < size) ++window->held;
    }
    window->fresh += rows;
    if (window->held < size || (!is_first && window->fresh < hop)) return 0;
    window->fresh = 0;
    for (int32_t i = 0; i < size; ++i) {
        int32_t at = i < size - window->next ? window->next + i : window->next + i - size;
        const uint8_t *place = window->bytes + (size_t)at * (size_t)row;
        for (int32_t k = 0; k < row; ++k) *to++ = place[k];
    }
    return 1;
}

#endif
