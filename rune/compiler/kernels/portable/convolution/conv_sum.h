/* A sum under a filter of int8. Weights of a channel are [row][column][input channel]; beside the image is the zero point. */
#ifndef RUNE_CONV_SUM_H
#define RUNE_CONV_SUM_H

#include "dot.h"
#include "filter.h"

/* One row of a filter whose left column stands at `left` in a row of the image; beside the image is the zero point. */
RUNE_FUNCTION uint32_t rune_conv_row_int8(const int8_t *row, int32_t left, const int8_t *weights,
                                          int32_t weight_zero, const struct rune_filter *filter, int32_t zero_point)
{
    const int32_t depth = filter->input_channels;
    uint32_t sum = 0;
    if (filter->dilation_x == 1 && left >= 0 && left + filter->filter_width <= filter->input_width)
        return rune_dot_from_int8(row + left * depth, weights, weight_zero, filter->filter_width * depth);
    for (int32_t i = 0; i < filter->filter_width; i++, weights += depth) {
        const int32_t column = left + i * filter->dilation_x;
        if (column < 0 || column >= filter->input_width)
            sum += rune_dot_same_int8(weights, weight_zero, zero_point, depth);
        else
            sum += rune_dot_from_int8(row + column * depth, weights, weight_zero, depth);
    }
    return sum;
}

/* The whole filter at a place of the output. */
RUNE_FUNCTION uint32_t rune_conv_sum_int8(const int8_t *image, int32_t y, int32_t x, const int8_t *weights,
                                          int32_t weight_zero, const struct rune_filter *filter, int32_t zero_point)
{
    const int32_t row_size = filter->filter_width * filter->input_channels;
    const int32_t line_size = filter->input_width * filter->input_channels;
    const int32_t left = x * filter->stride_x - filter->pad_left;
    uint32_t sum = 0;
    for (int32_t i = 0; i < filter->filter_height; i++, weights += row_size) {
        const int32_t line = y * filter->stride_y - filter->pad_top + i * filter->dilation_y;
        if (line < 0 || line >= filter->input_height)
            sum += rune_dot_same_int8(weights, weight_zero, zero_point, row_size);
        else
            sum += rune_conv_row_int8(image + line * line_size, left, weights, weight_zero, filter, zero_point);
    }
    return sum;
}

#endif
