/* Rows of an image with what the taps meet beside it. */
#ifndef RUNE_M0PLUS_PADDED_ROWS_H
#define RUNE_M0PLUS_PADDED_ROWS_H

#include "filter.h"
#include "rows.h"

/* The rows under the taps of a row of the output, each with `width` pixels from the leftmost tap on. */
RUNE_FUNCTION void rune_padded_rows(int8_t *rows, const int8_t *image, int32_t y, int32_t width,
                                    const struct rune_filter *filter, int32_t zero_point)
{
    const int32_t channels = filter->input_channels, line_size = filter->input_width * channels;
    const int32_t inside = width - filter->pad_left, copied = inside < filter->input_width ? inside : filter->input_width;
    int32_t line = y * filter->stride_y - filter->pad_top;
    for (int32_t i = 0; i < filter->filter_height; i++, line += filter->dilation_y, rows += width * channels) {
        const int32_t before = filter->pad_left * channels, behind = (inside - copied) * channels;
        if (line < 0 || line >= filter->input_height || copied <= 0) {
            rune_fill_row(rows, width * channels, zero_point);
            continue;
        }
        if (before)
            rune_fill_row(rows, before, zero_point);
        rune_copy_row(rows + before, image + line * line_size, copied * channels);
        if (behind)
            rune_fill_row(rows + before + copied * channels, behind, zero_point);
    }
}

#endif
