/*
 * AVERAGE_POOL_2D and MAX_POOL_2D, int8, int16 and float32, and L2_POOL_2D, float32. Padding is left out: a mean counts
 * real pixels.
 */
#ifndef RUNE_POOL_2D_H
#define RUNE_POOL_2D_H

#include <stddef.h>

#include "filter.h"
#include "rune_math.h"

/* The part of the image under the filter: rows and columns from first to, without it, last. */
struct rune_patch {
    int32_t top, bottom, left, right;
};

RUNE_KERNEL struct rune_patch rune_patch_at(const struct rune_filter *window, int32_t y, int32_t x)
{
    int32_t top = y * window->stride_y - window->pad_top, left = x * window->stride_x - window->pad_left;
    int32_t bottom = top + window->filter_height, right = left + window->filter_width;
    return (struct rune_patch){
        top < 0 ? 0 : top,
        bottom > window->input_height ? window->input_height : bottom,
        left < 0 ? 0 : left,
        right > window->input_width ? window->input_width : right,
    };
}

#define RUNE_POOL(name, element, accumulator, start, step, finish)                                             \
    RUNE_KERNEL void name(const element *input, element *output, const struct rune_filter *window,            \
                          element minimum, element maximum)                                                    \
    {                                                                                                          \
        const int32_t channels = window->input_channels;                                                       \
        for (int32_t batch = 0; batch < window->batches; batch++) {                                            \
            for (int32_t y = 0; y < window->output_height; y++) {                                              \
                for (int32_t x = 0; x < window->output_width; x++, output += channels) {                       \
                    struct rune_patch patch = rune_patch_at(window, y, x);                                     \
                    int32_t count = (patch.bottom - patch.top) * (patch.right - patch.left);                   \
                    for (int32_t first = 0; first < channels; first += 8) {                                    \
                        int32_t some = channels - first < 8 ? channels - first : 8;                            \
                        accumulator values[8];                                                                 \
                        RUNE_UNROLLED for (int32_t i = 0; i < 8; i++) values[i] = start;                       \
                        RUNE_ROLLED for (int32_t row = patch.top; row < patch.bottom; row++) {             \
                            RUNE_ROLLED for (int32_t column = patch.left; column < patch.right; column++) {\
                                const element *from =                                                          \
                                    input + (ptrdiff_t)(row * window->input_width + column) * channels + first; \
                                if (some == 8)                                                                 \
                                    RUNE_UNROLLED for (int32_t i = 0; i < 8; i++)                              \
                                        values[i] = step(values[i], from[i]);                                  \
                                else                                                                           \
                                    for (int32_t i = 0; i < some; i++)                                         \
                                        values[i] = step(values[i], from[i]);                                  \
                            }                                                                                  \
                        }                                                                                      \
                        for (int32_t i = 0; i < some; i++) {                                                   \
                            accumulator value = finish(values[i], count);                                      \
                            value = value < minimum ? minimum : value > maximum ? maximum : value;             \
                            output[first + i] = (element)value;                                                \
                        }                                                                                      \
                    }                                                                                          \
                }                                                                                              \
            }                                                                                                  \
            input += window->input_height * window->input_width * channels;                                    \
        }                                                                                                      \
    }

#define RUNE_SUM(value, number) ((value) + (number))
#define RUNE_GREATER(value, number) ((number) > (value) ? (number) : (value))
#define RUNE_MEAN_ROUNDED(sum, count) (((sum) > 0 ? (sum) + (count) / 2 : (sum) - (count) / 2) / (count))
#define RUNE_MEAN_UP(sum, count) (((sum) + (count) / 2 + 128 * (count)) / (count) - 128) /* no byte is below -128 */
#define RUNE_MEAN(sum, count) ((sum) / (float)(count))
#define RUNE_SUM_OF_SQUARES(value, number) ((value) + RUNE_PRODUCT_F32(number, number))
#define RUNE_ROOT_OF_MEAN(sum, count) rune_sqrtf((sum) / (float)(count))
#define RUNE_AS_IT_IS(value, count) ((void)(count), (value))

RUNE_POOL(rune_average_pool_2d_int8, int8_t, int32_t, 0, RUNE_SUM, RUNE_MEAN_ROUNDED)
RUNE_POOL(rune_average_pool_2d_int8_up, int8_t, int32_t, 0, RUNE_SUM, RUNE_MEAN_UP)
RUNE_POOL(rune_average_pool_2d_int16, int16_t, int32_t, 0, RUNE_SUM, RUNE_MEAN_ROUNDED)
RUNE_POOL(rune_average_pool_2d_float32, float, float, 0, RUNE_SUM, RUNE_MEAN)
RUNE_POOL(rune_l2_pool_2d_float32, float, float, 0, RUNE_SUM_OF_SQUARES, RUNE_ROOT_OF_MEAN)
RUNE_POOL(rune_max_pool_2d_int8, int8_t, int32_t, INT8_MIN, RUNE_GREATER, RUNE_AS_IT_IS)
RUNE_POOL(rune_max_pool_2d_int16, int16_t, int32_t, INT16_MIN, RUNE_GREATER, RUNE_AS_IT_IS)
RUNE_POOL(rune_max_pool_2d_float32, float, float, -3.4028234663852886e38f, RUNE_GREATER, RUNE_AS_IT_IS)

#endif
