#pragma once

/* The vector type that layer kernels are written in. Each file layers_PATH.c defines LANES and SUFFIX, and compiles the
 * same bodies for its instruction set; nothing here is seen outside those files. */
#include <math.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

#define JOIN_NAMES(name, suffix) name##_##suffix
#define JOIN(name, suffix) JOIN_NAMES(name, suffix)
/* the name of this path's copy of a kernel */
#define ON_PATH(name) JOIN(name, SUFFIX)

typedef float vec __attribute__((vector_size(LANES * 4)));
typedef int veci __attribute__((vector_size(LANES * 4)));
typedef uint32_t words __attribute__((vector_size(LANES * 4)));
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

/* x or y, and y where either is no number: the machine's own instruction on x86, where fmax takes three */
INLINE vec larger(vec x, vec y) { return (vec)(((veci)x & (x > y)) | ((veci)y & ~(x > y))); }
INLINE vec smaller(vec x, vec y) { return (vec)(((veci)x & (x < y)) | ((veci)y & ~(x < y))); }

/* e^x for x ≤ 88 within 2 units in the last place; 0 below −87.7. Range reduction and polynomial are those of Cephes expf:
 * x = n·ln 2 + r, |r| ≤ ln 2 / 2. At n = −127 the power's bits are those of 0, and what is not a number goes through the polynomial
 * and stays so: a softmax must not hide it. */
INLINE vec exponential(vec x) {
#pragma clang fp contract(fast)
    const vec clamped = larger(all(-88.0f), x);
    /* adding 1.5 · 2^23 leaves n in the low bits; the others leave at the top when n is shifted into the exponent's place */
    const vec shifted = clamped * 1.44269504088896341f + 12582912.0f;
    const vec n = shifted - 12582912.0f;
    const vec r = clamped - n * 0.693359375f + n * 2.12194440e-4f;
    /* in pairs: Horner's single chain would leave the processor waiting */
    const vec r2 = r * r;
    vec p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r2 + (r * 8.3334519073e-3f + 4.1665795894e-2f);
    p = p * r2 + (r * 1.6666665459e-1f + 5.0000001201e-1f);
    p = p * r2 + (r + 1.0f);
    return p * (vec)(((words)shifted << 23) + 0x3f800000u);
}

INLINE vec sigmoid(vec x) { return 1.0f / (1.0f + exponential(smaller(all(88.0f), -x))); }
