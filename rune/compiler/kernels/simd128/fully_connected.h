/*
 * FULLY_CONNECTED, int8 and float32: several rows of weights at a time, so that an input is loaded once for them. They lie
 * in the order in which they are read. Sums of floats are the reference's to the bit.
 */
#ifndef RUNE_FULLY_CONNECTED_H
#define RUNE_FULLY_CONNECTED_H

#include "rescale.h"
#include "vector.h"

#define RUNE_FLOAT_VECTORS 8 /* of four outputs that are summed together: more would not stay in registers */

/* The nearest numbers to two products, halves away from zero: `rune_requantize_nearest`, as doubles. */
RUNE_INLINE rune_f64x2 rune_nearest_f64(rune_f64x2 product)
{
    const rune_f64x2 one = {1.0, 1.0};
    const rune_f64x2 whole = __builtin_elementwise_trunc(product), rest = product - whole;
    const rune_i64x2 above = rest >= 0.5, below = rest <= -0.5;
    return whole + (rune_f64x2)(above & (rune_i64x2)one) - (rune_f64x2)(below & (rune_i64x2)one);
}

/* Four sums to bytes, of which the first `count` are stored. */
RUNE_INLINE void rune_store_nearest(int8_t *output, rune_i32x4 sums, const struct rune_requantize_nearest *to,
                                    int32_t first, int32_t count)
{
    /* Adding 1.5 * 2^52 leaves an integer in the low bits. */
    const rune_f64x2 magic = {6755399441055744.0, 6755399441055744.0};
    rune_f64x2 low = __builtin_convertvector(__builtin_shufflevector(sums, sums, 0, 1), rune_f64x2);
    rune_f64x2 high = __builtin_convertvector(__builtin_shufflevector(sums, sums, 2, 3), rune_f64x2);
    low = rune_nearest_f64(low * rune_load_f64(to->scale + first)) + magic;
    high = rune_nearest_f64(high * rune_load_f64(to->scale + first + 2)) + magic;
    rune_i32x4 values = __builtin_shufflevector((rune_i32x4)low, (rune_i32x4)high, 0, 2, 4, 6) + to->zero_point;
    values = __builtin_elementwise_max(values, rune_splat_i32(to->minimum));
    values = __builtin_elementwise_min(values, rune_splat_i32(to->maximum));
    const rune_i8x16 bytes = rune_narrow(values, values, values, values);
    if (count >= 4) {
        __builtin_memcpy(output, &bytes, 4);
        return;
    }
    const int32_t whole = ((rune_i32x4)bytes)[0];
    for (int32_t i = 0; i < count; i++)
        output[i] = (int8_t)(whole >> 8 * i);
}

/* The sums of a panel of `rows` outputs, whose weights lie as they are read: [eight inputs][row][8]. */
RUNE_INLINE void rune_panel_sums_int8(rune_i32x4 *sums, const int8_t *input, const int8_t *panel, int32_t padded,
                                      int32_t weight_zero, const int32_t rows)
{
    RUNE_UNROLLED for (int32_t i = 0; i < rows; i++)
        sums[i] = rune_splat_i32(0);
    RUNE_ROLLED for (int32_t k = 0; k < padded; k += 8, panel += 8 * rows) {
        const rune_i16x8 values = rune_load_widened(input + k);
        RUNE_UNROLLED for (int32_t i = 0; i < rows; i++)
            sums[i] += rune_dot(values, rune_load_widened(panel + 8 * i) - (int16_t)weight_zero);
    }
}

/*
 * `weights` are panels of eight rows while more than six are left, then of four and of two, whose sums `panel_sums`
 * makes; inputs are padded. `bias` holds what the input's zero point adds; it and the scales are padded to 4. Weights are
 * counted from `weight_zero`, which fills them up. What is read behind the input counts nothing.
 */
#define RUNE_PANELS(panel_sums)                                                                                     \
    const int8_t *panel = weights;                                                                                  \
    int32_t first = 0;                                                                                              \
    RUNE_ROLLED for (; first + 6 < outputs; first += 8, panel += 8 * padded) {                                      \
        rune_i32x4 sums[8];                                                                                         \
        panel_sums(sums, input, panel, padded, weight_zero, 8);                                                     \
        RUNE_ROLLED for (int32_t i = first; i < first + 8; i += 4)                                                  \
            rune_store_nearest(output + i, rune_sums_i32(sums + i - first) + rune_load_i32(bias + i), requantize, i, \
                               outputs - i);                                                                        \
    }                                                                                                               \
    if (first + 2 < outputs)                                                                                        \
        RUNE_PANEL_OF(panel_sums, 4)                                                                                \
    if (first < outputs)                                                                                            \
        RUNE_PANEL_OF(panel_sums, 2)

#define RUNE_PANEL_OF(panel_sums, rows)                                                                             \
    {                                                                                                               \
        rune_i32x4 sums[4] = {{0}, {0}, {0}, {0}};                                                                  \
        panel_sums(sums, input, panel, padded, weight_zero, rows);                                                  \
        rune_store_nearest(output + first, rune_sums_i32(sums) + rune_load_i32(bias + first), requantize, first,    \
                           outputs - first < rows ? outputs - first : rows);                                        \
        first += rows;                                                                                              \
        panel += rows * padded;                                                                                     \
    }

RUNE_INLINE void rune_panels_int8(const int8_t *input, int8_t *output, const int8_t *weights, const int32_t *bias,
                                  const struct rune_requantize_nearest *requantize, int32_t batches, int32_t inputs,
                                  int32_t outputs, int32_t weight_zero)
{
    const int32_t padded = (inputs + 7) / 8 * 8;
    RUNE_ROLLED for (int32_t batch = 0; batch < batches; batch++, input += inputs, output += outputs) {
        RUNE_PANELS(rune_panel_sums_int8)
    }
}

/* No shape is known when these are compiled, and none is missed: what is read lies in its order. */
RUNE_SHARED void rune_panels_int8_shared(const int8_t *input, int8_t *output, const int8_t *weights,
                                         const int32_t *bias, const struct rune_requantize_nearest *requantize,
                                         int32_t batches, int32_t inputs, int32_t outputs)
{
    rune_panels_int8(input, output, weights, bias, requantize, batches, inputs, outputs, 0);
}

RUNE_SHARED void rune_panels_int8_counted(const int8_t *input, int8_t *output, const int8_t *weights,
                                          const int32_t *bias, const struct rune_requantize_nearest *requantize,
                                          int32_t batches, int32_t inputs, int32_t outputs, int32_t weight_zero)
{
    rune_panels_int8(input, output, weights, bias, requantize, batches, inputs, outputs, weight_zero);
}

RUNE_INLINE void rune_fully_connected_int8(const int8_t *input, int8_t *output, const int8_t *weights,
                                           const int32_t *bias, const struct rune_requantize_nearest *requantize,
                                           int32_t batches, int32_t inputs, int32_t outputs, int32_t weight_zero)
{
    if (weight_zero)
        rune_panels_int8_counted(input, output, weights, bias, requantize, batches, inputs, outputs, weight_zero);
    else
        rune_panels_int8_shared(input, output, weights, bias, requantize, batches, inputs, outputs);
}

/*
 * The outputs of one block, each in a lane of its own: an input is multiplied for all of them, and added before the next, as
 * the reference adds. `weights` are [input][row], `vectors` times four rows; what is behind them comes next.
 */
RUNE_INLINE const float *rune_block_float32(const float *input, float *output, const float *weights, const float *bias,
                                            int32_t inputs, int32_t count, float minimum, float maximum,
                                            const int32_t vectors)
{
    rune_f32x4 sums[RUNE_FLOAT_VECTORS];
    RUNE_UNROLLED for (int32_t i = 0; i < vectors; i++)
        sums[i] = rune_splat_f32(0);
    RUNE_ROLLED for (int32_t k = 0; k < inputs; k++, weights += 4 * vectors) {
        const rune_f32x4 value = rune_splat_f32(input[k]);
        RUNE_UNROLLED for (int32_t i = 0; i < vectors; i++)
            sums[i] += value * rune_load_f32(weights + 4 * i);
    }
    RUNE_UNROLLED for (int32_t i = 0; i < vectors; i++) {
        const rune_f32x4 found = rune_clamp_f32(sums[i] + rune_load_f32(bias + 4 * i), minimum, maximum);
        const int32_t left = count - 4 * i;
        __builtin_memcpy(output + 4 * i, &found, (size_t)(left < 4 ? left : 4) * sizeof *output);
    }
    return weights;
}

/* `weights` are blocks of rows as alike in size as can be, the larger ones first; they and `bias` are padded to four rows.
 * Several vectors at a time, so that no sum waits for itself. */
RUNE_INLINE void rune_fully_connected_float32(const float *input, float *output, const float *weights,
                                              const float *bias, int32_t batches, int32_t inputs, int32_t outputs,
                                              float minimum, float maximum)
{
    const int32_t vectors = (outputs + 3) / 4, blocks = (vectors + RUNE_FLOAT_VECTORS - 1) / RUNE_FLOAT_VECTORS;
    const int32_t small = vectors / blocks, larger = 4 * (small + 1) * (vectors % blocks);
    for (int32_t batch = 0; batch < batches; batch++, input += inputs, output += outputs) {
        const float *block = weights;
        int32_t first = 0;
        RUNE_ROLLED for (; first < larger; first += 4 * (small + 1))
            block = rune_block_float32(input, output + first, block, bias + first, inputs, outputs - first, minimum,
                                       maximum, small + 1);
        RUNE_ROLLED for (; first < outputs; first += 4 * small)
            block = rune_block_float32(input, output + first, block, bias + first, inputs, outputs - first, minimum,
                                       maximum, small);
    }
}

#endif
