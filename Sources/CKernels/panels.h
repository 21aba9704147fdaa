/* Packing brain floats into the panels of product_tile.h. Sources are row-major with `x_row` elements from row to row; words
 * that stand for nothing are zeros, so that a tile can always be worked on whole. */
#pragma once

#include "product_tile.h"

typedef uint32_t words16 __attribute__((vector_size(64)));
typedef uint16_t brains16 __attribute__((vector_size(32)));
typedef uint16_t brains32 __attribute__((vector_size(64)));

/* rows[i][j] ← rows[j][i]: pairs of rows, pairs of pairs, then quarters change places. */
static inline __attribute__((always_inline)) void ON_PATH(transpose)(words16 rows[16]) {
    words16 step[16];
    for (int i = 0; i < 16; i += 2) {
        step[i] = __builtin_shufflevector(
            rows[i], rows[i + 1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
        step[i + 1] = __builtin_shufflevector(
            rows[i], rows[i + 1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
    }
    for (int i = 0; i < 16; i += 4)
        for (int j = 0; j < 2; j++) {
            rows[i + 2 * j] = __builtin_shufflevector(
                step[i + j], step[i + j + 2], 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
            rows[i + 2 * j + 1] = __builtin_shufflevector(
                step[i + j], step[i + j + 2], 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
        }
    for (int i = 0; i < 16; i += 8)
        for (int j = 0; j < 4; j++) {
            step[i + j] = __builtin_shufflevector(
                rows[i + j], rows[i + j + 4], 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
            step[i + j + 4] = __builtin_shufflevector(
                rows[i + j], rows[i + j + 4], 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
        }
    for (int j = 0; j < 8; j++) {
        rows[j] = __builtin_shufflevector(
            step[j], step[j + 8], 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
        rows[j + 8] = __builtin_shufflevector(
            step[j], step[j + 8], 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    }
}

/* 16 pairs of each of `rows` ≤ 16 rows, of which `columns` ≤ 32 elements exist. */
static inline __attribute__((always_inline)) void ON_PATH(load_pairs)(
    const uint16_t *x, long x_row, long rows, long columns, words16 out[16]) {
    for (long row = 0; row < 16; row++) {
        out[row] = (words16){};
        if (row < rows) memcpy(&out[row], x + row * x_row, columns < 32 ? (size_t)columns * 2 : 64);
    }
}

/* x [rows ≤ 14, k] → words (x[i][2j], x[i][2j + 1]) */
static inline void ON_PATH(pack_left)(const uint16_t *x, long x_row, long rows, long k, uint32_t *panel) {
    const long pairs = (k + 1) / 2;
    words16 block[16];
    for (long pair = 0; pair < pairs; pair += 16, x += 32) {
        if (rows == LEFT && k - 2 * pair >= 32) ON_PATH(load_pairs)(x, x_row, LEFT, 32, block);
        else ON_PATH(load_pairs)(x, x_row, rows, k - 2 * pair < 32 ? k - 2 * pair : 32, block);
        ON_PATH(transpose)(block);
        const long count = pairs - pair < 16 ? pairs - pair : 16;
        /* a store of 16 words runs over into the next pair, which is written after it */
        for (long i = 0; i < count; i++)
            memcpy(panel + (pair + i) * LEFT, &block[i], pair + i + 1 < pairs ? 64 : LEFT * 4);
    }
}

/* x [columns ≤ 32, k] → words (x[c][2j], x[c][2j + 1]) */
static inline void ON_PATH(pack_right)(const uint16_t *x, long x_row, long columns, long k, uint32_t *panel) {
    const long pairs = (k + 1) / 2;
    words16 block[16];
    for (long first = 0; first < RIGHT; first += 16)
        for (long pair = 0; pair < pairs; pair += 16) {
            const long rows = columns - first < 0 ? 0 : columns - first;
            const uint16_t *place = x + first * x_row + 2 * pair;
            if (rows >= 16 && k - 2 * pair >= 32) ON_PATH(load_pairs)(place, x_row, 16, 32, block);
            else ON_PATH(load_pairs)(place, x_row, rows, k - 2 * pair < 32 ? k - 2 * pair : 32, block);
            ON_PATH(transpose)(block);
            const long count = pairs - pair < 16 ? pairs - pair : 16;
            for (long i = 0; i < count; i++) memcpy(panel + (pair + i) * RIGHT + first, &block[i], 64);
        }
}

/* (upper[c], lower[c]) as words, for 16 columns of which `columns` exist; lower is null below the last row. */
static inline __attribute__((always_inline)) void ON_PATH(interleave)(
    const uint16_t *upper, const uint16_t *lower, long columns, words16 *out) {
    brains16 first = {}, second = {};
    const size_t bytes = columns < 16 ? (size_t)columns * 2 : 32;
    memcpy(&first, upper, bytes);
    if (lower) memcpy(&second, lower, bytes);
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
