/* The layer kernels on brain floats: activations are 16 bits in memory, arithmetic is 32 bits in registers. Values are rounded
 * once, where they are stored. A kernel may write over an argument of the same type, but must not overlap it otherwise. */
#pragma once

#include "brain_vector.h"

/* The first count of LANES elements, and zeros after them. Kernels are written for count elements and called with LANES, a
 * constant, as long as they can: then these are plain loads and stores, and the rest of an array goes through the same
 * arithmetic, so that an element's value never depends on its place. */
INLINE vec load_first(const float *from, long count) {
    if (count == LANES) return load(from);
    vec value = {};
    memcpy(&value, from, (size_t)count * sizeof *from);
    return value;
}

INLINE vec load_first_brains(const uint16_t *from, long count) {
    if (count == LANES) return load_brains(from);
    brains value = {};
    memcpy(&value, from, (size_t)count * sizeof *from);
    return widen(value);
}

INLINE void store_first(float *to, vec value, long count) {
    if (count == LANES) return store(to, value);
    memcpy(to, &value, (size_t)count * sizeof *to);
}

INLINE void store_first_brains(uint16_t *to, vec value, long count) {
    if (count == LANES) return store_brains(to, value);
    const brains narrowed = narrow(value);
    memcpy(to, &narrowed, (size_t)count * sizeof *to);
}

/* how a matrix is stored, where a kernel takes either */
enum element { FLOATS, BRAINS };

INLINE vec load_elements(enum element type, const void *matrix, long at, long count) {
    return type == FLOATS ? load_first((const float *)matrix + at, count)
                          : load_first_brains((const uint16_t *)matrix + at, count);
}

void ON_PATH(lora_brain_from_float)(const float *x, long count, uint16_t *brains_of_x) {
    long i = 0;
    for (; i + LANES <= count; i += LANES) store_brains(brains_of_x + i, load(x + i));
    if (i < count) store_first_brains(brains_of_x + i, load_first(x + i, count - i), count - i);
}

/* y = w · x · s row by row, s = 1/√(mean(x²) + eps) */

INLINE float ON_PATH(inverse_rms_of)(enum element type, const void *x, long begin, long columns, float eps) {
#pragma clang fp contract(fast)
    vec sums = {};
    long i = 0;
    for (; i + LANES <= columns; i += LANES) {
        const vec value = load_elements(type, x, begin + i, LANES);
        sums += value * value;
    }
    if (i < columns) {
        const vec value = load_elements(type, x, begin + i, columns - i);
        sums += value * value;
    }
    return 1.0f / sqrtf(sum_of_lanes(sums) / (float)columns + eps);
}

INLINE void ON_PATH(normalized_rows)(
    enum element type, const void *x, const float *weight, float eps, long rows, long columns, uint16_t *y,
    float *inverse_rms) {
    for (long row = 0; row < rows; row++) {
        const long begin = row * columns;
        const float inverse = ON_PATH(inverse_rms_of)(type, x, begin, columns, eps);
        inverse_rms[row] = inverse;
        long i = 0;
        for (; i + LANES <= columns; i += LANES)
            store_brains(y + begin + i, load(weight + i) * (load_elements(type, x, begin + i, LANES) * inverse));
        if (i == columns) continue;
        const long rest = columns - i;
        const vec value = load_elements(type, x, begin + i, rest);
        store_first_brains(y + begin + i, load_first(weight + i, rest) * (value * inverse), rest);
    }
}

void ON_PATH(lora_brain_rmsnorm_forward)(
    const float *x, const float *weight, float eps, long rows, long columns, uint16_t *y, float *inverse_rms) {
    ON_PATH(normalized_rows)(FLOATS, x, weight, eps, rows, columns, y, inverse_rms);
}

/* the same of brain floats: a row is one head of one token */
void ON_PATH(lora_brain_heads_rmsnorm_forward)(
    const uint16_t *x, const float *weight, float eps, long rows, long columns, uint16_t *y, float *inverse_rms) {
    ON_PATH(normalized_rows)(BRAINS, x, weight, eps, rows, columns, y, inverse_rms);
}

/* dx = s·w·dy − x·s³·Σ(w·dy·x)/columns, s the saved 1/rms: added to dx in 32 bits, or written as brain floats */

struct ON_PATH(rmsnorm_gradient) {
    enum element dy_type, x_type;
    const void *dy, *x;
    const float *weight;
    void *dx; /* of dy's type */
};

INLINE vec ON_PATH(rmsnorm_products)(const struct ON_PATH(rmsnorm_gradient) *of, long begin, long i, long count) {
    const vec dy = load_elements(of->dy_type, of->dy, begin + i, count);
    return load_first(of->weight + i, count) * dy * load_elements(of->x_type, of->x, begin + i, count);
}

INLINE void ON_PATH(rmsnorm_gradient_lanes)(
    const struct ON_PATH(rmsnorm_gradient) *of, long begin, long i, long count, float inverse, float along) {
#pragma clang fp contract(fast)
    const vec dy = load_elements(of->dy_type, of->dy, begin + i, count);
    const vec x = load_elements(of->x_type, of->x, begin + i, count);
    const vec gradient = inverse * (load_first(of->weight + i, count) * dy) - along * x;
    if (of->dy_type == BRAINS) return store_first_brains((uint16_t *)of->dx + begin + i, gradient, count);
    float *dx = (float *)of->dx + begin + i;
    store_first(dx, load_first(dx, count) + gradient, count);
}

INLINE void ON_PATH(rmsnorm_gradient_rows)(
    const struct ON_PATH(rmsnorm_gradient) of, const float *inverse_rms, long rows, long columns) {
    for (long row = 0; row < rows; row++) {
        const long begin = row * columns;
        vec sums = {};
        long i = 0;
        for (; i + LANES <= columns; i += LANES) sums += ON_PATH(rmsnorm_products)(&of, begin, i, LANES);
        if (i < columns) sums += ON_PATH(rmsnorm_products)(&of, begin, i, columns - i);
        const float inverse = inverse_rms[row];
        const float along = inverse * inverse * inverse * sum_of_lanes(sums) / (float)columns;
        for (i = 0; i + LANES <= columns; i += LANES)
            ON_PATH(rmsnorm_gradient_lanes)(&of, begin, i, LANES, inverse, along);
        if (i < columns) ON_PATH(rmsnorm_gradient_lanes)(&of, begin, i, columns - i, inverse, along);
    }
}

/* x as it was kept */
void ON_PATH(lora_brain_rmsnorm_backward)(
    const float *dy, const uint16_t *x, const float *weight, const float *inverse_rms, long rows, long columns, float *dx) {
    const struct ON_PATH(rmsnorm_gradient) of = {FLOATS, BRAINS, dy, x, weight, dx};
    ON_PATH(rmsnorm_gradient_rows)(of, inverse_rms, rows, columns);
}

/* writes dx, which may be dy */
void ON_PATH(lora_brain_heads_rmsnorm_backward)(
    const uint16_t *dy, const uint16_t *x, const float *weight, const float *inverse_rms, long rows, long columns,
    uint16_t *dx) {
    const struct ON_PATH(rmsnorm_gradient) of = {BRAINS, BRAINS, dy, x, weight, dx};
    ON_PATH(rmsnorm_gradient_rows)(of, inverse_rms, rows, columns);
}
