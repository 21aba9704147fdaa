/* Packing matrices into the panels of product_tile.h. Sources are row-major with `x_row` bytes from row to row, elements where only
 * brain floats are packed; words that stand for nothing are zeros, so that a tile can always be worked on whole. */
#pragma once

#include "product_tile.h"
#include "transpose.h"

typedef uint16_t brains16 __attribute__((vector_size(32)));
typedef uint16_t brains32 __attribute__((vector_size(64)));

/* The first `bytes` ≤ 64, zeros after them. */
static inline __attribute__((always_inline)) void ON_PATH(load_row)(const void *x, long bytes, words16 *out) {
    if (bytes >= 64) memcpy(out, x, 64);
#if LANES == 16
    else *out = (words16)_mm512_maskz_loadu_epi16((__mmask32)((1u << bytes / 2) - 1), x);
#else
    else memcpy(out, x, (size_t)bytes);
#endif
}

/* 16 words of each of `rows` ≤ 16 rows, of which `bytes` exist. */
static inline __attribute__((always_inline)) void ON_PATH(load_rows)(
    const char *x, long x_row, long rows, long bytes, words16 out[16]) {
    for (long row = 0; row < 16; row++) {
        out[row] = (words16){};
        if (row < rows) ON_PATH(load_row)(x + row * x_row, bytes, &out[row]);
    }
}

/* A block of 16 words of each row, turned: out[word][row]. */
static inline __attribute__((always_inline)) void ON_PATH(turned_block)(
    const char *x, long x_row, long rows, long whole, long bytes, words16 out[16]) {
    if (rows >= whole && bytes >= 64) ON_PATH(load_rows)(x, x_row, whole, 64, out);
    else ON_PATH(load_rows)(x, x_row, rows, bytes, out);
    ON_PATH(transpose)(out);
}

/* x [rows ≤ 14, k bytes] → words of the depth, a row after the other in each */
static inline void ON_PATH(pack_left)(const void *x, long x_row, long rows, long k, uint32_t *panel) {
    const long count = (k + 3) / 4;
    words16 block[16];
    for (long word = 0; word < count; word += 16) {
        ON_PATH(turned_block)((const char *)x + 4 * word, x_row, rows, LEFT, k - 4 * word, block);
        const long here = count - word < 16 ? count - word : 16;
        /* a store of 16 words runs over into the next word of the depth, which is written after it */
        for (long i = 0; i + 1 < here; i++) memcpy(panel + (word + i) * LEFT, &block[i], 64);
        if (word + here < count) memcpy(panel + (word + here - 1) * LEFT, &block[here - 1], 64);
        else memcpy(panel + (word + here - 1) * LEFT, &block[here - 1], LEFT * 4);
    }
}

/* x [columns ≤ 32, k bytes] → words of the depth, a column after the other in each */
static inline void ON_PATH(pack_right)(const void *x, long x_row, long columns, long k, uint32_t *panel) {
    const long count = (k + 3) / 4;
    words16 block[16];
    for (long first = 0; first < RIGHT; first += 16)
        for (long word = 0; word < count; word += 16) {
            ON_PATH(turned_block)(
                (const char *)x + first * x_row + 4 * word, x_row, columns - first, 16, k - 4 * word, block);
            const long here = count - word < 16 ? count - word : 16;
            for (long i = 0; i < here; i++) memcpy(panel + (word + i) * RIGHT + first, &block[i], 64);
        }
}

/* The same of brain floats; x_row and k in elements. */
static inline void ON_PATH(pack_left_brains)(const uint16_t *x, long x_row, long rows, long k, uint32_t *panel) {
    ON_PATH(pack_left)(x, 2 * x_row, rows, 2 * k, panel);
}

static inline void ON_PATH(pack_right_brains)(const uint16_t *x, long x_row, long columns, long k, uint32_t *panel) {
    ON_PATH(pack_right)(x, 2 * x_row, columns, 2 * k, panel);
}

/* (upper[c], lower[c]) as words, for 16 columns of which `columns` exist; lower is null below the last row. */
static inline __attribute__((always_inline)) void ON_PATH(interleave)(
    const uint16_t *upper, const uint16_t *lower, long columns, words16 *out) {
    brains16 first = {}, second = {};
#if LANES == 16
    const __mmask16 exist = columns < 16 ? (__mmask16)((1u << columns) - 1) : (__mmask16)0xffff;
    first = (brains16)_mm256_maskz_loadu_epi16(exist, upper);
    if (lower) second = (brains16)_mm256_maskz_loadu_epi16(exist, lower);
#else
    const size_t bytes = columns < 16 ? (size_t)columns * 2 : 32;
    memcpy(&first, upper, bytes);
    if (lower) memcpy(&second, lower, bytes);
#endif
    *out = __builtin_convertvector(first, words16) | __builtin_convertvector(second, words16) << 16;
}

/* x [k, rows ≤ 14] → words (x[2j][i], x[2j + 1][i]) */
static inline void ON_PATH(pack_left_across)(const uint16_t *x, long x_row, long k, long rows, uint32_t *panel) {
    words16 pair;
    for (long row = 0; row < k; row += 2, x += 2 * x_row, panel += LEFT) {
        const uint16_t *lower = row + 1 < k ? x + x_row : NULL;
        if (rows == LEFT) ON_PATH(interleave)(x, lower, LEFT, &pair);
        else ON_PATH(interleave)(x, lower, rows, &pair);
        memcpy(panel, &pair, LEFT * 4);
    }
}

/* x [k, columns ≤ 32] → words (x[2j][c], x[2j + 1][c]) */
static inline void ON_PATH(pack_right_across)(const uint16_t *x, long x_row, long k, long columns, uint32_t *panel) {
    words16 pair;
    for (long row = 0; row < k; row += 2, x += 2 * x_row, panel += RIGHT)
        for (long first = 0; first < RIGHT; first += 16) {
            const uint16_t *lower = row + 1 < k ? x + x_row + first : NULL;
            if (columns - first >= 16) ON_PATH(interleave)(x + first, lower, 16, &pair);
            else if (columns > first) ON_PATH(interleave)(x + first, lower, columns - first, &pair);
            else pair = (words16){};
            memcpy(panel + first, &pair, 64);
        }
}
