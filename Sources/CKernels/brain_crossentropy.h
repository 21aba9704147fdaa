/* −log softmax(logits)[label], and its gradient as brain floats */
#pragma once

#include "brain_layers.h"

/* A row read so far. Blocks of 1,024 logits are summed in 32 bits and added in double precision, so that a large vocabulary
 * loses nothing. */
struct ON_PATH(softmax_row) {
    float max;
    double sum; /* Σ e^(x − max) */
};

/* past count, logits that take no part */
INLINE vec ON_PATH(load_logits)(const float *from, long count) {
    if (count == LANES) return load(from);
    vec value = all(-INFINITY);
    memcpy(&value, from, (size_t)count * sizeof *from);
    return value;
}

/* What is not a number is passed over here, and poisons the sum. */
static inline float ON_PATH(brain_largest)(const float *x, long count) {
    vec maxima = all(-INFINITY);
    long i = 0;
    for (; i + LANES <= count; i += LANES) maxima = larger(load(x + i), maxima);
    if (i < count) maxima = larger(ON_PATH(load_logits)(x + i, count - i), maxima);
    return max_of_lanes(maxima);
}

/* One block, which later reads find in the first cache: its maximum, then its sum under the row's maximum so far. */
static inline void ON_PATH(add_logits)(struct ON_PATH(softmax_row) *row, const float *x, long count) {
    const float max = ON_PATH(brain_largest)(x, count);
    if (max > row->max) {
        row->sum *= exp((double)row->max - max);
        row->max = max;
    }
    /* −∞ − −∞ would be no number where nothing but masked logits came so far */
    const float base = row->max == -INFINITY ? 0.0f : row->max;
    vec sums = {};
    long i = 0;
    for (; i + LANES <= count; i += LANES) sums += exponential(load(x + i) - base);
    if (i < count) sums += exponential(ON_PATH(load_logits)(x + i, count - i) - base);
    row->sum += sum_of_lanes(sums);
}

/* d_logits = scale · (softmax(logits) − onehot(label)), rounded once */
void ON_PATH(lora_brain_crossentropy_backward)(
    const float *logits, const int *labels, float scale, long rows, long columns, double *losses, uint16_t *d_logits) {
    for (long row = 0; row < rows; row++, logits += columns, d_logits += columns) {
        struct ON_PATH(softmax_row) softmax = {-INFINITY, 0};
        for (long begin = 0; begin < columns; begin += 1024)
            ON_PATH(add_logits)(&softmax, logits + begin, columns - begin < 1024 ? columns - begin : 1024);
        const float label = logits[labels[row]], max = softmax.max, share = (float)(scale / softmax.sum);
        losses[row] = log(softmax.sum) + max - label;
        long i = 0;
        for (; i + LANES <= columns; i += LANES) store_brains(d_logits + i, share * exponential(load(logits + i) - max));
        if (i < columns) {
            const vec rest = ON_PATH(load_logits)(logits + i, columns - i);
            store_first_brains(d_logits + i, share * exponential(rest - max), columns - i);
        }
        d_logits[labels[row]] = brain_of_float(share * exponential(all(label - max))[0] - scale);
    }
}
