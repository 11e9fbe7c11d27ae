/*
 * FULLY_CONNECTED, int8, where single precision rounds exactly: each output has a lane, so that no sum has to be added up
 * across a vector, and thirty-two outputs read an input together. One kernel for all layers.
 */
#ifndef RUNE_LANES_H
#define RUNE_LANES_H

#include "fully_connected.h" /* for layers that single precision does not round exactly */
#include "requantize.h"
#include "vector.h"
#include "window.h"

#define RUNE_LANE_VECTORS 8 /* vectors of four outputs that are summed together: more would not stay in registers */

/* Requantises `vectors` vectors of sums and stores the first `count` bytes. */
RUNE_SHARED void rune_store_lanes(int8_t *output, const rune_i32x4 *sums, const struct rune_requantize_shared *to,
                                  int32_t channel, int32_t vectors, int32_t count)
{
    RUNE_ROLLED for (int32_t i = 0; i < vectors; i += 2, output += 8)
        rune_store_shared(output, sums + i, to, channel + 4 * i, count - 4 * i);
}

/*
 * The outputs of one input vector. `weights` are blocks of eight vectors of outputs, then of four, two and one: each
 * [inputs that are read together][output][input], whose sums `lane_sums` adds to. `bias` and all of `to` are padded to 8.
 */
#define RUNE_LANES(lane_sums)                                                                                       \
    int32_t first = 0, vectors = (outputs + 3) / 4;                                                                 \
    RUNE_ROLLED for (; vectors >= RUNE_LANE_VECTORS; vectors -= RUNE_LANE_VECTORS)                                  \
        RUNE_LANES_OF(lane_sums, RUNE_LANE_VECTORS)                                                                 \
    if (vectors & 4)                                                                                                \
        RUNE_LANES_OF(lane_sums, 4)                                                                                 \
    if (vectors & 2)                                                                                                \
        RUNE_LANES_OF(lane_sums, 2)                                                                                 \
    if (vectors & 1)                                                                                                \
        RUNE_LANES_OF(lane_sums, 1)

#define RUNE_LANES_OF(lane_sums, count)                                                                             \
    {                                                                                                               \
        rune_i32x4 sums[count], found[RUNE_LANE_VECTORS]; /* what another function reads stays in no register */    \
        RUNE_UNROLLED for (int32_t i = 0; i < (count); i++)                                                         \
            sums[i] = rune_load_i32(bias + first + 4 * i) - less;                                                   \
        weights = lane_sums(sums, numbers, weights, inputs, count);                                                 \
        RUNE_UNROLLED for (int32_t i = 0; i < (count); i++)                                                         \
            found[i] = sums[i];                                                                                     \
        if ((count) % 2)                                                                                            \
            found[count] = less;                                                                                    \
        rune_store_lanes(output + first, found, to, first, count, outputs - first);                                 \
        first += 4 * (count);                                                                                       \
    }

/* Adds the products of pairs of inputs; `numbers` are widened, and an odd one has a neighbour that counts nothing. */
RUNE_INLINE const int8_t *rune_lane_sums_int8(rune_i32x4 *sums, const int16_t *numbers, const int8_t *weights,
                                              int32_t inputs, const int32_t vectors)
{
    RUNE_ROLLED for (int32_t k = 0; k < inputs; k += 2, weights += 8 * vectors) {
        const rune_i16x8 pair = rune_splat_pair(numbers + k);
        RUNE_UNROLLED for (int32_t i = 0; i < vectors; i++)
            sums[i] += rune_dot(pair, rune_load_widened(weights + 8 * i));
    }
    return weights;
}

RUNE_SHARED void rune_lanes_shared(const int16_t *numbers, int8_t *output, const int8_t *weights, const int32_t *bias,
                                   const struct rune_requantize_shared *to, int32_t inputs, int32_t outputs,
                                   int32_t weight_zero)
{
    int32_t total = 0;
    if (weight_zero)
        RUNE_ROLLED for (int32_t k = 0; k < inputs; k++)
            total += numbers[k];
    const rune_i32x4 less = rune_splat_i32(total * weight_zero);
    RUNE_LANES(rune_lane_sums_int8)
}

/* `numbers` is scratch of `inputs` numbers and 8 more; `bias` holds what the input's zero point adds. */
RUNE_INLINE void rune_fully_connected_lanes_int8(const int8_t *input, int8_t *output, int16_t *numbers,
                                                 const int8_t *weights, const int32_t *bias,
                                                 const struct rune_requantize_shared *requantize, int32_t batches,
                                                 int32_t inputs, int32_t outputs, int32_t weight_zero)
{
    RUNE_ROLLED for (int32_t batch = 0; batch < batches; batch++, input += inputs, output += outputs) {
        rune_widen(numbers, input, inputs);
        rune_lanes_shared(numbers, output, weights, bias, requantize, inputs, outputs, weight_zero);
    }
}

#endif
