#include "adamw.h"

#include <math.h>

#include "blockwise.h"

/* Each step stands once, as an inlined body, and is compiled twice: for any processor, where fmaf is a library call, and for
 * those with AVX2 and FMA. Both give the same bits. */
#define BODY static inline __attribute__((always_inline)) void
#if defined(__x86_64__)
#define FAST __attribute__((target("avx2,fma"))) static void
#define DISPATCH(path, fast, portable) \
    if ((path) != LORA_PATH_PORTABLE) return fast; \
    portable
#else
#define DISPATCH(path, fast, portable) \
    (void)(path);                      \
    portable
#endif

/* The moments of this step. torch fuses these products and sums, so bit-equal results need a real fma. */
BODY advance(const struct lora_adamw *step, float g, float *m, float *v) {
    *m = fmaf(step->rest1, g, *m * step->beta1);
    *v = fmaf(step->rest2 * g, g, *v * step->beta2);
}

BODY move(const struct lora_adamw *step, float *p, float m, float v) {
    const float denominator = sqrtf(v) / step->correction2 + step->epsilon;
    *p = *p * step->keep + step->step_size * m / denominator;
}

BODY step32(const struct lora_adamw *step, float *restrict p, const float *restrict g, float *restrict m, float *restrict v,
            size_t count) {
    for (size_t i = 0; i < count; i++) {
        /* torch writes the first moment as an interpolation here, which rounds differently. */
        m[i] = fmaf(step->rest1, g[i] - m[i], m[i]);
        v[i] = fmaf(step->rest2 * g[i], g[i], v[i] * step->beta2);
        move(step, &p[i], m[i], v[i]);
    }
}

BODY step32_scaled(const struct lora_adamw *step, const struct lora_adamw_scaled *scaled, float *restrict p,
                   const float *restrict g, float *restrict m, float *restrict v, size_t count) {
    for (size_t i = 0; i < count; i++) {
        advance(step, g[i], &m[i], &v[i]);
        const float update = m[i] / (sqrtf(v[i]) + scaled->scaled_epsilon);
        p[i] = fmaf(scaled->scaled_step, update, p[i] * step->keep);
    }
}

BODY step8(const struct lora_adamw *step, float *restrict p, const float *restrict g, const struct lora_moments8 *moments,
           size_t count) {
    for (size_t start = 0, block = 0; start < count; start += LORA_MOMENT_BLOCK, block++) {
        const size_t length = count - start < LORA_MOMENT_BLOCK ? count - start : LORA_MOMENT_BLOCK;
        uint8_t *codes1 = moments->codes1 + start, *codes2 = moments->codes2 + start;
        float m[LORA_MOMENT_BLOCK], v[LORA_MOMENT_BLOCK];
        for (size_t i = 0; i < length; i++) {
            m[i] = moments->map1[codes1[i]] * moments->absmax1[block];
            v[i] = moments->map2[codes2[i]] * moments->absmax2[block];
        }
        for (size_t i = 0; i < length; i++) {
            advance(step, g[start + i], &m[i], &v[i]);
            move(step, &p[start + i], m[i], v[i]);
        }
        moments->absmax1[block] = lora_blockwise_quantize(m, length, moments->slots1, codes1);
        moments->absmax2[block] = lora_blockwise_quantize(v, length, moments->slots2, codes2);
    }
}

#if defined(__x86_64__)
FAST step32_avx2(const struct lora_adamw *step, float *p, const float *g, float *m, float *v, size_t count) {
    step32(step, p, g, m, v, count);
}

FAST step32_scaled_avx2(const struct lora_adamw *step, const struct lora_adamw_scaled *scaled, float *p, const float *g,
                        float *m, float *v, size_t count) {
    step32_scaled(step, scaled, p, g, m, v, count);
}

FAST step8_avx2(const struct lora_adamw *step, float *p, const float *g, const struct lora_moments8 *moments, size_t count) {
    step8(step, p, g, moments, count);
}
#endif

void lora_adamw_step32(const struct lora_adamw *step, float *p, const float *g, float *m, float *v, size_t count,
                       enum lora_kernel_path path) {
    DISPATCH(path, step32_avx2(step, p, g, m, v, count), step32(step, p, g, m, v, count));
}

void lora_adamw_step32_scaled(const struct lora_adamw *step, const struct lora_adamw_scaled *scaled, float *p, const float *g,
                              float *m, float *v, size_t count, enum lora_kernel_path path) {
    DISPATCH(path, step32_scaled_avx2(step, scaled, p, g, m, v, count), step32_scaled(step, scaled, p, g, m, v, count));
}

void lora_adamw_step8(const struct lora_adamw *step, float *p, const float *g, const struct lora_moments8 *moments,
                      size_t count, enum lora_kernel_path path) {
    DISPATCH(path, step8_avx2(step, p, g, moments, count), step8(step, p, g, moments, count));
}
