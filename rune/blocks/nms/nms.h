/* The block nms: greedy non-maximum suppression. Boxes are visited by score (equal scores in the order of the
 * input); each is selected unless it overlaps a selected one. */
#ifndef RUNE_BLOCK_NMS_H
#define RUNE_BLOCK_NMS_H

#include "rune.h"
#include "rune_math.h"

struct rune_nms_candidate {
    float score;
    int32_t box, label;
};

RUNE_FUNCTION float rune_nms_least(float left, float right) { return right < left ? right : left; }

RUNE_FUNCTION float rune_nms_greatest(float left, float right) { return right > left ? right : left; }

RUNE_FUNCTION float rune_nms_area(const float *box) {
    return RUNE_PRODUCT_F32(rune_nms_greatest(box[0], box[2]) - rune_nms_least(box[0], box[2]),
                            rune_nms_greatest(box[1], box[3]) - rune_nms_least(box[1], box[3]));
}

/* The length of the overlap of two sides. */
RUNE_FUNCTION float rune_nms_common(const float *left, const float *right, int32_t side) {
    float from = rune_nms_greatest(rune_nms_least(left[side], left[side + 2]), rune_nms_least(right[side], right[side + 2]));
    float to =
        rune_nms_least(rune_nms_greatest(left[side], left[side + 2]), rune_nms_greatest(right[side], right[side + 2]));
    return rune_nms_greatest(to - from, 0.0f);
}

RUNE_FUNCTION int rune_nms_is_over(const float *left, const float *right, float overlap) {
    float one = rune_nms_area(left), other = rune_nms_area(right);
    float common = RUNE_PRODUCT_F32(rune_nms_common(left, right, 0), rune_nms_common(left, right, 1));
    return one > 0.0f && other > 0.0f && common / (one + other - common) > overlap;
}

RUNE_FUNCTION int rune_nms_is_before(const struct rune_nms_candidate *left, const struct rune_nms_candidate *right) {
    return left->score > right->score || (left->score == right->score && left->box < right->box);
}

/* Heapsort: the root is the box that is last in the order. */
RUNE_FUNCTION void rune_nms_sink(struct rune_nms_candidate *all, int32_t at, int32_t count) {
    for (int32_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        struct rune_nms_candidate held = all[at];
        if (child + 1 < count && rune_nms_is_before(&all[child], &all[child + 1])) ++child;
        if (!rune_nms_is_before(&all[at], &all[child])) return;
        all[at] = all[child];
        all[child] = held;
        at = child;
    }
}

RUNE_FUNCTION void rune_nms_sort(struct rune_nms_candidate *all, int32_t count) {
    for (int32_t at = count / 2; at-- > 0;) rune_nms_sink(all, at, count);
    for (int32_t last = count - 1; last > 0; --last) {
        struct rune_nms_candidate held = all[0];
        all[0] = all[last];
        all[last] = held;
        rune_nms_sink(all, 0, last);
    }
}

/* out: the four numbers of the box, the score, the class. */
RUNE_FUNCTION void rune_nms(const float *boxes, const float *scores, float *out, int32_t *out_size, void *scratch,
                            int32_t rows, int32_t classes, int32_t most, int32_t among_all, double threshold,
                            double overlap) {
    struct rune_nms_candidate *all = scratch;
    int32_t count = 0, kept = 0;
    for (int32_t row = 0; row < rows; ++row) {
        const float *given = scores + (int64_t)row * classes;
        int32_t best = -1;
        for (int32_t k = 0; k < classes; ++k)
            if (given[k] > (best < 0 ? (float)threshold : given[best])) best = k;
        if (best >= 0) all[count++] = (struct rune_nms_candidate){given[best], row, best};
    }
    rune_nms_sort(all, count);
    for (int32_t i = 0; i < count && kept < most; ++i) {
        const float *box = boxes + (int64_t)all[i].box * 4;
        float *to = out + kept * 6;
        int32_t j = 0;
        while (j < kept && !((among_all || all[j].label == all[i].label) &&
                             rune_nms_is_over(boxes + (int64_t)all[j].box * 4, box, (float)overlap)))
            ++j;
        if (j < kept) continue;
        for (int32_t k = 0; k < 4; ++k) to[k] = box[k];
        to[4] = all[i].score;
        to[5] = (float)all[i].label;
        all[kept++] = all[i];
    }
    out_size[0] = kept;
}

#endif
