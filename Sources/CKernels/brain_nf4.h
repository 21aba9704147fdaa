/* 4-bit weights decoded straight into right panels: the matrix itself never stands in memory. */
#include "include/elements.h"
#include "panels.h"

static inline float ON_PATH(scale_at)(const struct lora_nf4_tensor *w, long row, long columns, long column) {
    const size_t block = w->row > 0 ? (size_t)row * (w->row / w->block) + (size_t)column / w->block
                                    : ((size_t)row * columns + column) / w->block;
    if (w->absmax) return w->absmax[block];
    return w->map[w->codes[block]] * w->nested_absmax[block / w->nested_block] + w->offset;
}

/* What the 16 codes stand for under one scale; rounded to half floats first where the weights once were half floats. */
static inline __attribute__((always_inline)) void ON_PATH(values_of_codes)(
    const float *table, float scale, enum lora_rounding rounding, uint16_t values[16]) {
    float products[16];
    for (int i = 0; i < 16; i += LANES) store(products + i, load(table + i) * scale);
    if (rounding == LORA_ROUND_F16) lora_round_to_f16(products, 16);
    for (int i = 0; i < 16; i += LANES) store_brains(values + i, load(products + i));
}

/* Elements [column, column + 32) of a row, which share one scale, as 16 pairs. */
static inline __attribute__((always_inline)) void ON_PATH(decode)(
    const struct lora_nf4_tensor *w, enum lora_rounding rounding, long row, long columns, long column, words16 *out) {
    const uint8_t *bytes = w->packed + (row * columns + column) / 2;
    uint16_t values[16];
    ON_PATH(values_of_codes)(w->table, ON_PATH(scale_at)(w, row, columns, column), rounding, values);
#if LANES == 16
    const __m256i table = _mm256_loadu_si256((const __m256i *)values);
    const __m512i code = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)bytes));
    /* look-up takes five bits of each half; the table stands there twice, so the fifth does not matter */
    const __m512i index = _mm512_or_si512(_mm512_srli_epi32(code, 4), _mm512_slli_epi32(code, 16));
    *out = (words16)_mm512_permutexvar_epi16(index, _mm512_broadcast_i64x4(table));
#else
    uint16_t pairs[32];
    for (int i = 0; i < 16; i++) pairs[2 * i] = values[bytes[i] >> 4], pairs[2 * i + 1] = values[bytes[i] & 15];
    memcpy(out, pairs, sizeof pairs);
#endif
}

void ON_PATH(lora_pack_right_nf4)(
    const struct lora_nf4_tensor *w, enum lora_rounding rounding, long columns, long first, long count, uint32_t *panels) {
    words16 block[16];
    for (long row = 0; row < count; row += 16)
        for (long column = 0; column < columns; column += 32) {
            for (long i = 0; i < 16; i++) {
                block[i] = (words16){};
                if (row + i < count) ON_PATH(decode)(w, rounding, first + row + i, columns, column, &block[i]);
            }
            ON_PATH(transpose)(block);
            uint32_t *place = panels + row / RIGHT * (columns / 2) * RIGHT + column / 2 * RIGHT + row % RIGHT;
            for (long i = 0; i < 16; i++) memcpy(place + i * RIGHT, &block[i], 64);
        }
    if (count % RIGHT == 0 || count % RIGHT > 16) return;
    /* the second half of the last panel stands for no row */
    uint32_t *rest = panels + count / RIGHT * (columns / 2) * RIGHT + 16;
    for (long pair = 0; pair < columns / 2; pair++) memset(rest + pair * RIGHT, 0, 64);
}

void ON_PATH(lora_pack_right_across_nf4)(
    const struct lora_nf4_tensor *w, enum lora_rounding rounding, long rows, long columns, long first, long count,
    uint32_t *panels) {
    const long pairs = (rows + 1) / 2;
    for (long pair = 0; pair < pairs; pair++)
        for (long column = 0; column < count; column += RIGHT) {
            words16 rows_of_pair[2] = {};
            ON_PATH(decode)(w, rounding, 2 * pair, columns, first + column, &rows_of_pair[0]);
            if (2 * pair + 1 < rows) ON_PATH(decode)(w, rounding, 2 * pair + 1, columns, first + column, &rows_of_pair[1]);
            brains32 upper, lower;
            memcpy(&upper, &rows_of_pair[0], 64);
            memcpy(&lower, &rows_of_pair[1], 64);
            const brains32 left = __builtin_shufflevector(
                upper, lower, 0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6, 38, 7, 39, 8, 40, 9, 41, 10, 42, 11, 43, 12, 44,
                13, 45, 14, 46, 15, 47);
            const brains32 right = __builtin_shufflevector(
                upper, lower, 16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21, 53, 22, 54, 23, 55, 24, 56, 25, 57, 26, 58, 27, 59,
                28, 60, 29, 61, 30, 62, 31, 63);
            uint32_t *place = panels + column / RIGHT * pairs * RIGHT + pair * RIGHT;
            memcpy(place, &left, 64);
            memcpy(place + 16, &right, 64);
        }
}
