/*
 * A filter that slides over an image (NHWC), and the rows of that image as the filter meets them: copied into a ring of
 * `ring` rows, widened, with padding on every side, so that the arithmetic never asks where an edge is.
 */
#ifndef RUNE_WINDOW_H
#define RUNE_WINDOW_H

#include "vector.h"

struct rune_window {
    int32_t batches, input_height, input_width, input_channels;
    int32_t output_height, output_width, output_channels;
    int32_t filter_height, filter_width, stride_y, stride_x, dilation_y, dilation_x;
    int32_t pad_top, pad_left;
    int32_t row_width;    /* pixels of a padded row that the filter touches */
    int32_t row_channels; /* numbers of a pixel in a row */
    int32_t row_size;     /* numbers from one row of the ring to the next; the last ones may be read, never used */
    int32_t ring;         /* rows from the filter's first to its last */
};

/* The slot of padded row `y`. */
RUNE_INLINE int32_t rune_ring_offset(const struct rune_window *window, int32_t y)
{
    return y % window->ring * window->row_size;
}

RUNE_SHARED void rune_fill_i16(int16_t *to, int32_t count, int16_t value)
{
    rune_i16x8 vector = {value, value, value, value, value, value, value, value};
    int32_t i = 0;
    RUNE_ROLLED for (; i + 8 <= count; i += 8)
        rune_store_i16(to + i, vector);
    RUNE_ROLLED for (; i < count; i++)
        to[i] = value;
}

RUNE_SHARED void rune_widen(int16_t *to, const int8_t *from, int32_t count)
{
    int32_t i = 0;
    RUNE_ROLLED for (; i + 16 <= count; i += 16) {
        rune_store_i16(to + i, rune_load_widened(from + i));
        rune_store_i16(to + i + 8, rune_load_widened(from + i + 8));
    }
    RUNE_ROLLED for (; i < count; i++)
        to[i] = from[i];
}

/* Pixels of a row that come from the image, without its padding. */
RUNE_INLINE int32_t rune_row_pixels(const struct rune_window *window)
{
    int32_t room = window->row_width - window->pad_left;
    return room < window->input_width ? room : window->input_width;
}

/* Fills the slot of padded row `y` from an image of bytes; `zero_point` stands for zero. */
RUNE_SHARED void rune_row_int8(int16_t *rows, const int8_t *image, const struct rune_window *window, int16_t zero_point,
                               int32_t y)
{
    int16_t *row = rows + rune_ring_offset(window, y);
    const int32_t channels = window->input_channels;
    const int32_t before = window->pad_left * channels, inside = rune_row_pixels(window) * channels;
    const int32_t after = window->row_width * channels - before - inside;
    y -= window->pad_top;
    if (y < 0 || y >= window->input_height) {
        rune_fill_i16(row, window->row_width * channels, zero_point);
        return;
    }
    if (before > 0)
        rune_fill_i16(row, before, zero_point);
    rune_widen(row + before, image + y * window->input_width * channels, inside);
    if (after > 0)
        rune_fill_i16(row + before + inside, after, zero_point);
}

/* The same for pixels that are spread: each number `multiplier` times, then nothing up to `row_channels`. */
RUNE_INLINE void rune_row_int8_spread(int16_t *rows, const int8_t *image, const struct rune_window *window,
                                      int16_t zero_point, int32_t multiplier, int32_t y)
{
    int16_t *row = rows + rune_ring_offset(window, y);
    const int32_t pixels = rune_row_pixels(window);
    rune_fill_i16(row, window->row_width * window->row_channels, zero_point);
    y -= window->pad_top;
    if (y < 0 || y >= window->input_height)
        return;
    const int8_t *from = image + y * window->input_width * window->input_channels;
    int16_t *pixel = row + window->pad_left * window->row_channels;
    RUNE_ROLLED for (int32_t x = 0; x < pixels; x++, pixel += window->row_channels, from += window->input_channels)
        RUNE_ROLLED for (int32_t i = 0; i < window->output_channels; i++)
            pixel[i] = from[i / multiplier];
}

/* Fills the slot of padded row `y` from an image of floats, each number `multiplier` times. */
RUNE_INLINE void rune_row_float32(float *rows, const float *image, const struct rune_window *window, int32_t multiplier,
                                  int32_t y)
{
    float *row = rows + rune_ring_offset(window, y);
    const int32_t pixels = rune_row_pixels(window), used = window->input_channels * multiplier;
    __builtin_memset(row, 0, (size_t)(window->row_width * window->row_channels) * sizeof *row);
    y -= window->pad_top;
    if (y < 0 || y >= window->input_height)
        return;
    const float *from = image + y * window->input_width * window->input_channels;
    float *pixel = row + window->pad_left * window->row_channels;
    if (multiplier == 1 && window->row_channels == window->input_channels) {
        __builtin_memcpy(pixel, from, (size_t)(pixels * used) * sizeof *from);
        return;
    }
    RUNE_ROLLED for (int32_t x = 0; x < pixels; x++, pixel += window->row_channels, from += window->input_channels)
        RUNE_ROLLED for (int32_t i = 0; i < used; i++)
            pixel[i] = from[i / multiplier];
}

#endif
