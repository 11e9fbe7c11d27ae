/*
 * FULLY_CONNECTED, int8: panels of rows as in the set with plain vectors, sixteen inputs at a time.
 */
#ifndef RUNE_RELAXED_FULLY_CONNECTED_H
#define RUNE_RELAXED_FULLY_CONNECTED_H

#include "../simd128/fully_connected.h"
#include "relaxed.h"

/* The sums of a panel of `rows` outputs, whose weights lie as they are read: [sixteen inputs][row][16]. */
RUNE_INLINE void rune_relaxed_panel_sums(rune_i32x4 *sums, const int8_t *input, const int8_t *panel, int32_t padded,
                                         int32_t weight_zero, const int32_t rows)
{
    rune_i32x4 totals = rune_splat_i32(0);
    RUNE_UNROLLED for (int32_t i = 0; i < rows; i++)
        sums[i] = rune_splat_i32(0);
    RUNE_ROLLED for (int32_t k = 0; k < padded; k += 16, panel += 16 * rows) {
        const rune_i8x16 values = rune_unsigned_bytes(rune_load_bytes(input + k));
        RUNE_UNROLLED for (int32_t i = 0; i < rows; i++)
            sums[i] = rune_dot_bytes(sums[i], rune_load_bytes(panel + 16 * i), values);
        if (weight_zero)
            totals = rune_total_bytes(totals, values);
    }
    if (weight_zero)
        RUNE_UNROLLED for (int32_t i = 0; i < rows; i++)
            sums[i] -= totals * weight_zero;
}

/* As `rune_panels_int8`, with inputs padded to 16; up to 15 bytes behind the input are read and count nothing. */
RUNE_INLINE void rune_relaxed_panels(const int8_t *input, int8_t *output, const int8_t *weights, const int32_t *bias,
                                     const struct rune_requantize_nearest *requantize, int32_t batches, int32_t inputs,
                                     int32_t outputs, int32_t weight_zero)
{
    const int32_t padded = (inputs + 15) / 16 * 16;
    RUNE_ROLLED for (int32_t batch = 0; batch < batches; batch++, input += inputs, output += outputs) {
        RUNE_PANELS(rune_relaxed_panel_sums)
    }
}

RUNE_SHARED void rune_relaxed_panels_shared(const int8_t *input, int8_t *output, const int8_t *weights,
                                            const int32_t *bias, const struct rune_requantize_nearest *requantize,
                                            int32_t batches, int32_t inputs, int32_t outputs)
{
    rune_relaxed_panels(input, output, weights, bias, requantize, batches, inputs, outputs, 0);
}

RUNE_SHARED void rune_relaxed_panels_counted(const int8_t *input, int8_t *output, const int8_t *weights,
                                             const int32_t *bias, const struct rune_requantize_nearest *requantize,
                                             int32_t batches, int32_t inputs, int32_t outputs, int32_t weight_zero)
{
    rune_relaxed_panels(input, output, weights, bias, requantize, batches, inputs, outputs, weight_zero);
}

RUNE_INLINE void rune_relaxed_fully_connected_int8(const int8_t *input, int8_t *output, const int8_t *weights,
                                                   const int32_t *bias,
                                                   const struct rune_requantize_nearest *requantize, int32_t batches,
                                                   int32_t inputs, int32_t outputs, int32_t weight_zero)
{
    if (weight_zero)
        rune_relaxed_panels_counted(input, output, weights, bias, requantize, batches, inputs, outputs, weight_zero);
    else
        rune_relaxed_panels_shared(input, output, weights, bias, requantize, batches, inputs, outputs);
}

#endif
