/* The block ssd_boxes: each anchor's centre is moved and its size scaled by the model's output. */
#ifndef RUNE_BLOCK_SSD_BOXES_H
#define RUNE_BLOCK_SSD_BOXES_H

#include "rune.h"
#include "rune_math.h"

/* One direction: the middle in `in[0]`, the size in `in[2]`, and so in the anchor. */
RUNE_FUNCTION void rune_ssd_boxes_side(const float *in, const float *anchor, float *out, float scale, float stretch) {
    float middle = RUNE_PRODUCT_F32(in[0] / scale, anchor[2]) + anchor[0];
    float half = RUNE_PRODUCT_F32(RUNE_PRODUCT_F32(0.5f, rune_expf(in[2] / stretch)), anchor[2]);
    out[0] = rune_one_nan_f32(middle - half);
    out[2] = rune_one_nan_f32(middle + half);
}

RUNE_FUNCTION void rune_ssd_boxes(const float *in, float *out, const void *anchors, int32_t count, double y_scale,
                                  double x_scale, double h_scale, double w_scale) {
    const float *anchor = anchors;
    for (int32_t i = 0; i < count; ++i) {
        rune_ssd_boxes_side(in + i * 4, anchor + i * 4, out + i * 4, (float)y_scale, (float)h_scale);
        rune_ssd_boxes_side(in + i * 4 + 1, anchor + i * 4 + 1, out + i * 4 + 1, (float)x_scale, (float)w_scale);
    }
}

#endif
