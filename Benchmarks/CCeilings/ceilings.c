#include "ceilings.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* enough independent sums to hide the latency of a multiply-add, few enough to stay in registers */
enum { SUMS = 12 };

#define CHAIN(vector, lanes)                                                              \
    typedef float vector __attribute__((vector_size(lanes * 4)));                         \
    static inline __attribute__((always_inline)) double chain_##vector(long rounds, float sums[16]) { \
        _Pragma("clang fp contract(fast)")                                                \
        vector sum[SUMS], factor = {0}, term = {0};                                       \
        for (int lane = 0; lane < lanes; lane++) factor[lane] = 0.5f, term[lane] = sums[lane % 16];  \
        for (int i = 0; i < SUMS; i++) sum[i] = term + (float)i;                          \
        for (long round = 0; round < rounds; round++)                                     \
            for (int i = 0; i < SUMS; i++) sum[i] = sum[i] * factor + term;               \
        for (int i = 1; i < SUMS; i++) sum[0] += sum[i];                                  \
        for (int lane = 0; lane < lanes && lane < 16; lane++) sums[lane] = sum[0][lane];  \
        return 2.0 * lanes * SUMS * (double)rounds;                                       \
    }

CHAIN(four, 4)
static double portable(long rounds, float sums[16]) { return chain_four(rounds, sums); }

#if defined(__x86_64__)
CHAIN(eight, 8)
CHAIN(sixteen, 16)

__attribute__((target("avx2,fma"))) static double avx2(long rounds, float sums[16]) { return chain_eight(rounds, sums); }

__attribute__((target("avx512f,avx2,fma"))) static double avx512(long rounds, float sums[16]) {
    return chain_sixteen(rounds, sums);
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"))) static double avx512bf16(long rounds, float sums[16]) {
    const __m512bh left = (__m512bh)_mm512_set1_epi32(0x3f003f00), right = (__m512bh)_mm512_set1_epi32(0x3e803e80);
    __m512 sum[SUMS];
    for (int i = 0; i < SUMS; i++) sum[i] = _mm512_set1_ps((float)i);
    for (long round = 0; round < rounds; round++)
#pragma clang loop unroll(full)
        for (int i = 0; i < SUMS; i++) sum[i] = _mm512_dpbf16_ps(sum[i], left, right);
    for (int i = 1; i < SUMS; i++) sum[0] = _mm512_add_ps(sum[0], sum[i]);
    _mm512_storeu_ps(sums, sum[0]);
    return 2.0 * 32 * SUMS * (double)rounds;
}
#endif

double ceiling_products(enum lora_kernel_path path, long rounds, float sums[16]) {
#if defined(__x86_64__)
    switch (path) {
    case LORA_PATH_AVX512_BF16: return avx512bf16(rounds, sums);
    case LORA_PATH_AVX512: return avx512(rounds, sums);
    case LORA_PATH_AVX2: return avx2(rounds, sums);
    case LORA_PATH_NEON:
    case LORA_PATH_PORTABLE: break;
    }
#endif
    (void)path;
    return portable(rounds, sums);
}
