/* A filter that slides over an image (NHWC). */
#ifndef RUNE_FILTER_H
#define RUNE_FILTER_H

#include <stdint.h>

#include "language.h"

struct rune_filter {
    int32_t batches, input_height, input_width, input_channels;
    int32_t output_height, output_width, output_channels;
    int32_t filter_height, filter_width, stride_y, stride_x, dilation_y, dilation_x;
    int32_t pad_top, pad_left;
};

#endif
