/* One tile of a product: [rows ≤ 14, columns ≤ 32], summed in registers over all terms.
 *
 * Operands are read in 32-bit words: one float, or a pair of brain floats (element 2j of the depth in the low half, 2j + 1 in the
 * high one). A right panel holds, for each word of the depth, 32 words, one a column. Words of a left operand are wherever its steps
 * lead: in panels of 14 rows, or in a matrix as it lies. */
#pragma once

#include "brain_vector.h"
#include "include/product.h"

enum { LEFT = LORA_LEFT_PANEL, RIGHT = LORA_RIGHT_PANEL };

/* Rows of sums that the registers hold beside their operands. */
#if LANES == 16 && defined(LORA_HAS_BF16)
#define TALL(number) LEFT
#elif LANES == 16
#define TALL(number) ((number) == LORA_FLOATS ? LEFT : 4)
#else
#define TALL(number) 4
#endif

/* sums += left · right of `halves` vectors of columns. */
static inline __attribute__((always_inline)) void ON_PATH(sum_words)(
    const enum lora_number number, const int rows, const int halves, const struct lora_product_term *term, const char *left,
    const uint32_t *right, vec sums[][2]) {
#pragma clang fp contract(fast)
    const long row_step = term->row_step, word_step = term->word_step, count = term->words;
    for (long word = 0; word < count; word++, left += word_step, right += RIGHT) {
        words b[2];
        memcpy(&b[0], right, sizeof b[0]);
        memcpy(&b[1], right + (halves > 1 ? LANES : 0), sizeof b[1]);
#pragma clang loop unroll(full)
        for (int row = 0; row < rows; row++) {
            uint32_t a;
            memcpy(&a, left + row * row_step, sizeof a);
#pragma clang loop unroll(full)
            for (int half = 0; half < halves; half++) {
                if (number == LORA_FLOATS) {
                    float factor;
                    memcpy(&factor, &a, sizeof factor);
                    sums[row][half] += factor * (vec)b[half];
                } else {
#if defined(LORA_HAS_BF16)
                    sums[row][half] = (vec)_mm512_dpbf16_ps(
                        (__m512)sums[row][half], (__m512bh)_mm512_set1_epi32((int)a), (__m512bh)b[half]);
#else
                    sums[row][half] += float_of_brain((uint16_t)a) * (vec)(b[half] << 16);
                    sums[row][half] += float_of_brain((uint16_t)(a >> 16)) * (vec)(b[half] & 0xffff0000u);
#endif
                }
            }
        }
    }
}

/* Where a tile goes. */
struct ON_PATH(destination) {
    const float *bias;
    enum lora_product_sink sink;
    void *out;
    long out_row;
};

/* `columns` ≤ LANES sums of one row, which stand at `place` of the destination. */
static inline __attribute__((always_inline)) void ON_PATH(send)(
    vec value, long place, const float *bias, long columns, enum lora_product_sink sink, void *out) {
    float *floats = (float *)out + place;
    uint16_t *brains = (uint16_t *)out + place;
    if (columns >= LANES) {
        if (bias) value += load(bias);
        if (sink == LORA_STORE_BRAINS) store_brains(brains, value);
        else store(floats, sink == LORA_ADD_FLOATS ? load(floats) + value : value);
        return;
    }
    for (long i = 0; i < columns; i++) {
        const float one = bias ? value[i] + bias[i] : value[i];
        if (sink == LORA_STORE_BRAINS) brains[i] = brain_of_float(one);
        else floats[i] = sink == LORA_ADD_FLOATS ? floats[i] + one : one;
    }
}

/* Rows from `row` and columns from `column` on of the tile that left panel i and right panel j make. */
static inline __attribute__((always_inline)) void ON_PATH(tile_of_rows)(
    const enum lora_number number, const int rows, const int halves, long row, long column, long columns,
    const struct lora_product_term *terms, long term_count, long i, long j, const struct ON_PATH(destination) *to) {
    vec sums[LEFT][2];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) sums[r][0] = sums[r][1] = (vec){};
    for (long t = 0; t < term_count; t++)
        ON_PATH(sum_words)(
            number, rows, halves, &terms[t], (const char *)terms[t].left + i * terms[t].panel_step + row * terms[t].row_step,
            terms[t].right + j * terms[t].words * RIGHT + column, sums);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (int half = 0; half < halves; half++)
            ON_PATH(send)(
                sums[r][half], (row + r) * to->out_row + column + half * LANES,
                to->bias ? to->bias + column + half * LANES : NULL, columns - column - half * LANES, to->sink, to->out);
}

/* How many of the rows that are left go together: few sizes, so that few loops are compiled. */
static inline long ON_PATH(rows_together)(long left, long tall) {
    return left >= tall ? tall : left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

static inline __attribute__((always_inline)) void ON_PATH(tile_of)(
    const enum lora_number number, long rows, long columns, const struct lora_product_term *terms, long term_count, long i, long j,
    const struct ON_PATH(destination) *to) {
    const int tall = TALL(number);
    for (long column = 0; column < columns; column += 2 * LANES)
        for (long row = 0, here; row < rows; row += here) {
            here = ON_PATH(rows_together)(rows - row, tall);
            switch (columns - column > LANES ? here + LEFT : here) {
#define CASE(count) \
            case count: \
                if (count <= tall) ON_PATH(tile_of_rows)(number, count, 1, row, column, columns, terms, term_count, i, j, to); \
                break; \
            case count + LEFT: \
                if (count <= tall) ON_PATH(tile_of_rows)(number, count, 2, row, column, columns, terms, term_count, i, j, to); \
                break
                CASE(1); CASE(2); CASE(4); CASE(8); CASE(14);
#undef CASE
            }
        }
}

static void ON_PATH(tile)(
    enum lora_number number, long rows, long columns, const struct lora_product_term *terms, long term_count, long i, long j,
    const struct ON_PATH(destination) *to) {
    if (number == LORA_FLOATS) ON_PATH(tile_of)(LORA_FLOATS, rows, columns, terms, term_count, i, j, to);
    else ON_PATH(tile_of)(LORA_BRAINS, rows, columns, terms, term_count, i, j, to);
}

/* c [rows, 32] = or += left · right of packed brain floats. */
static inline void ON_PATH(brain_tile)(
    long rows, long pairs, const uint32_t *left, const uint32_t *right, float *c, long c_row, int adds) {
    const struct lora_product_term term = {
        .left = left, .row_step = 4, .word_step = 4 * LEFT, .right = right, .words = pairs};
    const struct ON_PATH(destination) to = {.sink = adds ? LORA_ADD_FLOATS : LORA_STORE_FLOATS, .out = c, .out_row = c_row};
    ON_PATH(tile)(LORA_BRAINS, rows, RIGHT, &term, 1, 0, 0, &to);
}
