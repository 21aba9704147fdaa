#pragma once

/* The vector type that layer kernels are written in. Each file layers_PATH.c defines LANES and SUFFIX, and compiles the
 * same bodies for its instruction set; nothing here is seen outside those files. */
#include <math.h>

#define JOIN_NAMES(name, suffix) name##_##suffix
#define JOIN(name, suffix) JOIN_NAMES(name, suffix)
/* the name of this path's copy of a kernel */
#define ON_PATH(name) JOIN(name, SUFFIX)

typedef float vec __attribute__((vector_size(LANES * 4)));
typedef int veci __attribute__((vector_size(LANES * 4)));
/* the same for memory that is aligned to single floats */
typedef float loose_vec __attribute__((vector_size(LANES * 4), aligned(4)));

static inline vec load(const float *from) { return *(const loose_vec *)from; }
static inline void store(float *to, vec value) { *(loose_vec *)to = value; }
static inline vec all(float value) { return value - (vec){}; }

/* Sums and maxima take lanes in index order, so that a result never depends on chance. */
static inline float sum_of_lanes(vec value) {
    float sum = 0;
    for (int lane = 0; lane < LANES; lane++) sum += value[lane];
    return sum;
}

static inline float max_of_lanes(vec value) {
    float max = value[0];
    for (int lane = 1; lane < LANES; lane++) max = value[lane] > max ? value[lane] : max;
    return max;
}

/* e^x within 2 units in the last place; 0 below −87.3, and no larger than e^88. Range reduction and polynomial are those of
 * Cephes expf: x = n·ln 2 + r, |r| ≤ ln 2 / 2. */
static inline vec exponential(vec x) {
#pragma clang fp contract(fast)
    const vec clamped = __builtin_elementwise_min(__builtin_elementwise_max(x, all(-87.3f)), all(88.0f));
    /* adding 1.5 · 2^23 leaves the nearest integer in the low bits */
    const vec n = (clamped * 1.44269504088896341f + 12582912.0f) - 12582912.0f;
    const vec r = clamped - n * 0.693359375f + n * 2.12194440e-4f;
    vec p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    const vec power = (vec)((__builtin_convertvector(n, veci) + 127) << 23);
    /* what is not a number stays so: a softmax must not hide it */
    return (vec)(((veci)(p * power) & (x >= all(-87.3f))) | ((veci)x & (x != x)));
}
