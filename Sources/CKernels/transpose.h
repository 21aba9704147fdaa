/* Squares of 16 × 16 words, turned in registers. */
#pragma once

#include <stdint.h>

#include "vector.h"

typedef uint32_t words16 __attribute__((vector_size(64)));

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
