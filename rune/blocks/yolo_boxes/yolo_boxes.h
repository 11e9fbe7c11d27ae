/* The block yolo_boxes: a middle and a size as corners; the scores of each box beside each other. */
#ifndef RUNE_BLOCK_YOLO_BOXES_H
#define RUNE_BLOCK_YOLO_BOXES_H

#include "rune.h"
#include "rune_math.h"

/* From x, y, width, height, `step` apart, to top, left, bottom, right. */
RUNE_FUNCTION void rune_yolo_boxes_box(const float *in, int32_t step, float *out, float factor) {
    float half_width = RUNE_PRODUCT_F32(in[2 * step], 0.5f), half_height = RUNE_PRODUCT_F32(in[3 * step], 0.5f);
    out[0] = rune_one_nan_f32(RUNE_PRODUCT_F32(in[step] - half_height, factor));
    out[1] = rune_one_nan_f32(RUNE_PRODUCT_F32(in[0] - half_width, factor));
    out[2] = rune_one_nan_f32(RUNE_PRODUCT_F32(in[step] + half_height, factor));
    out[3] = rune_one_nan_f32(RUNE_PRODUCT_F32(in[0] + half_width, factor));
}

RUNE_FUNCTION void rune_yolo_boxes_v5(const float *in, float *boxes, float *scores, int32_t rows, int32_t classes,
                                      double factor) {
    for (int32_t row = 0; row < rows; ++row) {
        const float *from = in + (int64_t)row * (classes + 5);
        rune_yolo_boxes_box(from, 1, boxes + row * 4, (float)factor);
        for (int32_t k = 0; k < classes; ++k)
            scores[(int64_t)row * classes + k] = rune_one_nan_f32(RUNE_PRODUCT_F32(from[5 + k], from[4]));
    }
}

RUNE_FUNCTION void rune_yolo_boxes_v8(const float *in, float *boxes, float *scores, int32_t rows, int32_t classes,
                                      double factor) {
    for (int32_t row = 0; row < rows; ++row) {
        rune_yolo_boxes_box(in + row, rows, boxes + row * 4, (float)factor);
        for (int32_t k = 0; k < classes; ++k)
            scores[(int64_t)row * classes + k] = rune_one_nan_f32(in[(int64_t)(4 + k) * rows + row]);
    }
}

#endif
