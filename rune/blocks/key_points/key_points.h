/* The block key_points: the hottest cell of each heat map, moved by its offsets. Of equal ones the first counts. */
#ifndef RUNE_BLOCK_KEY_POINTS_H
#define RUNE_BLOCK_KEY_POINTS_H

#include "rune.h"
#include "rune_math.h"

/* out: y, x, heat, point. */
RUNE_FUNCTION void rune_key_points_found(const float *maps, const float *offsets, float *out, int32_t *out_size,
                                         int32_t rows, int32_t columns, int32_t points, float stride, float threshold) {
    int32_t count = 0;
    for (int32_t point = 0; point < points; ++point) {
        int32_t best = -1;
        float *to = out + count * 4;
        for (int32_t cell = 0; cell < rows * columns; ++cell)
            if (maps[cell * points + point] > (best < 0 ? threshold : maps[best * points + point])) best = cell;
        if (best < 0) continue;
        to[0] = RUNE_PRODUCT_F32((float)(best / columns), stride);
        to[1] = RUNE_PRODUCT_F32((float)(best % columns), stride);
        if (offsets != 0) {
            to[0] = rune_one_nan_f32(to[0] + offsets[best * 2 * points + point]);
            to[1] = rune_one_nan_f32(to[1] + offsets[best * 2 * points + points + point]);
        }
        to[2] = maps[best * points + point];
        to[3] = (float)point;
        ++count;
    }
    out_size[0] = count;
}

RUNE_FUNCTION void rune_key_points(const float *maps, float *out, int32_t *out_size, int32_t rows, int32_t columns,
                                   int32_t points, double stride, double threshold) {
    rune_key_points_found(maps, 0, out, out_size, rows, columns, points, (float)stride, (float)threshold);
}

RUNE_FUNCTION void rune_key_points_with_offsets(const float *maps, const float *offsets, float *out, int32_t *out_size,
                                                int32_t rows, int32_t columns, int32_t points, double stride,
                                                double threshold) {
    rune_key_points_found(maps, offsets, out, out_size, rows, columns, points, (float)stride, (float)threshold);
}

#endif
