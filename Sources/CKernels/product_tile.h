/* One tile of a product of brain floats: C [rows, 32] = or += left · right, summed in 32 bits.
 *
 * A left panel holds, for each pair of k, 14 words, one a row; a right panel 32 words, one a column. A word is a pair
 * (element 2j in its low half, element 2j + 1 in the high one). Rows and columns that do not exist are zeros. */
#pragma once

#include "brain_vector.h"

enum { LEFT = 14, RIGHT = 32 };

#if defined(LORA_HAS_BF16)
static inline __attribute__((always_inline)) void ON_PATH(tile_of_rows)(
    const int rows, long pairs, const uint32_t *left, const uint32_t *right, float *c, long c_row, int adds) {
    __m512 sums[LEFT][2];
    for (int row = 0; row < rows; row++) sums[row][0] = sums[row][1] = _mm512_setzero_ps();
    for (long pair = 0; pair < pairs; pair++, left += LEFT, right += RIGHT) {
        const __m512bh b0 = (__m512bh)_mm512_loadu_si512(right), b1 = (__m512bh)_mm512_loadu_si512(right + 16);
#pragma clang loop unroll(full)
        for (int row = 0; row < rows; row++) {
            const __m512bh a = (__m512bh)_mm512_set1_epi32((int)left[row]);
            sums[row][0] = _mm512_dpbf16_ps(sums[row][0], a, b0);
            sums[row][1] = _mm512_dpbf16_ps(sums[row][1], a, b1);
        }
    }
    for (int row = 0; row < rows; row++, c += c_row)
        for (int half = 0; half < 2; half++) {
            const __m512 sum = sums[row][half];
            _mm512_storeu_ps(c + 16 * half, adds ? _mm512_add_ps(_mm512_loadu_ps(c + 16 * half), sum) : sum);
        }
}

static inline void ON_PATH(tile)(
    long rows, long pairs, const uint32_t *left, const uint32_t *right, float *c, long c_row, int adds) {
    switch (rows) {
#define CASE(count) \
    case count: return ON_PATH(tile_of_rows)(count, pairs, left, right, c, c_row, adds)
        CASE(1); CASE(2); CASE(3); CASE(4); CASE(5); CASE(6); CASE(7);
        CASE(8); CASE(9); CASE(10); CASE(11); CASE(12); CASE(13); CASE(14);
#undef CASE
    }
}
#else
/* Four or fewer rows by two vectors: what 16 registers hold. */
static inline __attribute__((always_inline)) void ON_PATH(tile_of_rows)(
    const int rows, long pairs, const uint32_t *left, const uint32_t *right, float *c, long c_row, int adds) {
#pragma clang fp contract(fast)
    vec sums[4][2] = {{{}}};
    for (long pair = 0; pair < pairs; pair++, left += LEFT, right += RIGHT) {
        vec low[2], high[2];
        for (int half = 0; half < 2; half++) {
            words word;
            memcpy(&word, right + half * LANES, sizeof word);
            low[half] = (vec)(word << 16);
            high[half] = (vec)(word & 0xffff0000u);
        }
        for (int row = 0; row < rows; row++) {
            const float first = float_of_brain((uint16_t)left[row]), second = float_of_brain((uint16_t)(left[row] >> 16));
            for (int half = 0; half < 2; half++) {
                sums[row][half] += first * low[half];
                sums[row][half] += second * high[half];
            }
        }
    }
    for (int row = 0; row < rows; row++, c += c_row)
        for (int half = 0; half < 2; half++) {
            float *place = c + half * LANES;
            store(place, adds ? load(place) + sums[row][half] : sums[row][half]);
        }
}

static inline void ON_PATH(tile)(
    long rows, long pairs, const uint32_t *left, const uint32_t *right, float *c, long c_row, int adds) {
    for (long column = 0; column < RIGHT; column += 2 * LANES)
        for (long row = 0; row < rows; row += 4) {
            const uint32_t *l = left + row, *r = right + column;
            float *place = c + row * c_row + column;
            switch (rows - row) {
            case 1: ON_PATH(tile_of_rows)(1, pairs, l, r, place, c_row, adds); break;
            case 2: ON_PATH(tile_of_rows)(2, pairs, l, r, place, c_row, adds); break;
            case 3: ON_PATH(tile_of_rows)(3, pairs, l, r, place, c_row, adds); break;
            default: ON_PATH(tile_of_rows)(4, pairs, l, r, place, c_row, adds); break;
            }
        }
}
#endif
