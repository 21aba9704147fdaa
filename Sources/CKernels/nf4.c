#include "nf4.h"

#include <math.h>

#include "elements.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static inline float scale_of(const struct lora_nf4_tensor *t, size_t block) {
    if (t->absmax) return t->absmax[block];
    return t->map[t->codes[block]] * t->nested_absmax[block / t->nested_block] + t->offset;
}

static inline float element(const struct lora_nf4_tensor *t, size_t i) {
    const uint8_t pair = t->packed[i / 2];
    return t->table[i % 2 ? pair & 15 : pair >> 4] * scale_of(t, i / t->block);
}

/* Whole blocks first ..< last into out. */
static void decode_blocks_portable(const struct lora_nf4_tensor *t, size_t first, size_t last, float *out) {
    for (size_t block = first; block < last; block++) {
        const uint8_t *pairs = t->packed + block * t->block / 2;
        const float scale = scale_of(t, block);
        float values[16];
        for (int code = 0; code < 16; code++) values[code] = t->table[code] * scale;
        for (size_t j = 0; j < t->block / 2; j++) {
            *out++ = values[pairs[j] >> 4];
            *out++ = values[pairs[j] & 15];
        }
    }
}

#if defined(__x86_64__)
/* 16 packed bytes as 32 codes, one a byte, in element order. */
#define UNPACK(pairs, low, high)                                                     \
    do {                                                                             \
        const __m128i mask = _mm_set1_epi8(15);                                      \
        const __m128i even = _mm_and_si128(_mm_srli_epi16(pairs, 4), mask);          \
        const __m128i odd = _mm_and_si128(pairs, mask);                              \
        low = _mm_unpacklo_epi8(even, odd);                                          \
        high = _mm_unpackhi_epi8(even, odd);                                         \
    } while (0)

/* Eight table values: the low half of the table, or the high one where bit 3 of the code is set. */
__attribute__((target("avx2,fma"))) static inline __m256 lookup8(__m128i codes, __m256 low, __m256 high) {
    const __m256i index = _mm256_cvtepu8_epi32(codes);
    const __m256 is_high = _mm256_castsi256_ps(_mm256_slli_epi32(index, 28));
    return _mm256_blendv_ps(_mm256_permutevar8x32_ps(low, index), _mm256_permutevar8x32_ps(high, index), is_high);
}

__attribute__((target("avx2,fma"))) static void decode_blocks_avx2(const struct lora_nf4_tensor *t, size_t first, size_t last,
                                                                   float *out) {
    const __m256 low_table = _mm256_loadu_ps(t->table), high_table = _mm256_loadu_ps(t->table + 8);
    for (size_t block = first; block < last; block++) {
        const uint8_t *pairs = t->packed + block * t->block / 2;
        const __m256 scale = _mm256_set1_ps(scale_of(t, block));
        for (size_t j = 0; j < t->block / 2; j += 16, out += 32) {
            __m128i low, high;
            UNPACK(_mm_loadu_si128((const __m128i *)(pairs + j)), low, high);
            _mm256_storeu_ps(out, _mm256_mul_ps(lookup8(low, low_table, high_table), scale));
            _mm256_storeu_ps(out + 8, _mm256_mul_ps(lookup8(_mm_srli_si128(low, 8), low_table, high_table), scale));
            _mm256_storeu_ps(out + 16, _mm256_mul_ps(lookup8(high, low_table, high_table), scale));
            _mm256_storeu_ps(out + 24, _mm256_mul_ps(lookup8(_mm_srli_si128(high, 8), low_table, high_table), scale));
        }
    }
}

__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))) static void decode_blocks_avx512(
    const struct lora_nf4_tensor *t, size_t first, size_t last, float *out) {
    const __m512 table = _mm512_loadu_ps(t->table);
    for (size_t block = first; block < last; block++) {
        const uint8_t *pairs = t->packed + block * t->block / 2;
        const __m512 scale = _mm512_set1_ps(scale_of(t, block));
        for (size_t j = 0; j < t->block / 2; j += 16, out += 32) {
            __m128i low, high;
            UNPACK(_mm_loadu_si128((const __m128i *)(pairs + j)), low, high);
            _mm512_storeu_ps(out, _mm512_mul_ps(_mm512_permutexvar_ps(_mm512_cvtepu8_epi32(low), table), scale));
            _mm512_storeu_ps(out + 16, _mm512_mul_ps(_mm512_permutexvar_ps(_mm512_cvtepu8_epi32(high), table), scale));
        }
    }
}
#endif

static void decode_blocks(const struct lora_nf4_tensor *t, size_t first, size_t last, float *out, enum lora_kernel_path path) {
#if defined(__x86_64__)
    if (path >= LORA_PATH_AVX512) return decode_blocks_avx512(t, first, last, out);
    if (path == LORA_PATH_AVX2) return decode_blocks_avx2(t, first, last, out);
#endif
    (void)path;
    decode_blocks_portable(t, first, last, out);
}

static void round_elements(float *x, size_t count, enum lora_rounding rounding) {
    if (rounding == LORA_ROUND_BF16) lora_round_to_bf16(x, count);
    if (rounding == LORA_ROUND_F16) lora_round_to_f16(x, count);
}

/* The same for scales that restart with every row. */
static void decode_by_rows(const struct lora_nf4_tensor *t, size_t first, size_t end, float *out) {
    for (size_t i = first; i < end; i++) {
        const uint8_t pair = t->packed[i / 2];
        const float scale = scale_of(t, i / t->row * (t->row / t->block) + i % t->row / t->block);
        out[i - first] = t->table[i % 2 ? pair & 15 : pair >> 4] * scale;
    }
}

void lora_nf4_decode(const struct lora_nf4_tensor *t, size_t first, size_t count, float *out, enum lora_rounding rounding,
                     enum lora_kernel_path path) {
    const size_t end = first + count;
    if (t->row > 0) {
        decode_by_rows(t, first, end, out);
        return round_elements(out, count, rounding);
    }
    size_t i = first;
    while (i < end) {
        const size_t whole = i % t->block == 0 ? (end - i) / t->block : 0;
        size_t next = (i / t->block + 1) * t->block;
        if (whole > 0) {
            /* A few thousand elements at a time are rounded while they are still in the cache. */
            const size_t most = t->block < 4096 ? 4096 / t->block : 1;
            const size_t blocks = whole < most ? whole : most;
            next = i + blocks * t->block;
            decode_blocks(t, i / t->block, i / t->block + blocks, out + (i - first), path);
        } else {
            next = next < end ? next : end;
            for (size_t j = i; j < next; j++) out[j - first] = element(t, j);
        }
        round_elements(out + (i - first), next - i, rounding);
        i = next;
    }
}

/* The number of bounds below each of `count` ≤ 64 values. Bounds outside, values inside: the compiler makes vectors of it. */
static void count_bounds(const float *values, size_t count, const float *bounds, uint8_t *codes) {
    int32_t below[64] = {0};
    for (int b = 0; b < 15; b++)
        for (size_t i = 0; i < count; i++) below[i] += values[i] > bounds[b];
    for (size_t i = 0; i < count; i++) codes[i] = (uint8_t)below[i];
}

static inline float clamped(float x) {
    x = x > 1.0f ? 1.0f : x;
    return x < -1.0f ? -1.0f : x;
}

void lora_nf4_quantize(const float *w, size_t count, size_t block, const float *bounds, uint8_t *packed, float *absmax) {
    /* bitsandbytes keeps reciprocals finite by this least absmax. It stores the guarded value only for a short last block,
     * and there it divides instead of multiplying by the reciprocal. */
    const float least = 1e-38f;
    for (size_t start = 0, b = 0; start < count; start += block, b++) {
        const size_t length = count - start < block ? count - start : block;
        float largest = 0.0f;
        for (size_t i = 0; i < length; i++) largest = fabsf(w[start + i]) > largest ? fabsf(w[start + i]) : largest;
        const float guarded = largest > least ? largest : least;
        const float inverse = 1.0f / guarded;
        absmax[b] = length == block ? largest : guarded;
        for (size_t i = 0; i < length; i += 64) {
            const size_t piece = length - i < 64 ? length - i : 64;
            float ratios[64];
            uint8_t codes[64] = {0};
            for (size_t k = 0; k < piece; k++)
                ratios[k] = clamped(length == block ? w[start + i + k] * inverse : w[start + i + k] / guarded);
            count_bounds(ratios, piece, bounds, codes);
            if (piece % 2) codes[piece] = 7; /* the value 0 fills the last byte */
            for (size_t k = 0; k < piece; k += 2) packed[(start + i + k) / 2] = (uint8_t)(codes[k] << 4 | codes[k + 1]);
        }
    }
}
