/* softmax(scale · Q·Kᵀ) · V in tiles with a running maximum (Dao et al., FlashAttention-2): no score matrix is kept */
#include <string.h>

#include "transpose.h"

enum { TILE = LORA_ATTENTION_TILE, STEP = 2 * LANES };

static inline long ON_PATH(round_up)(long count, long step) { return (count + step - 1) / step * step; }

/* C [m, n] = or += A [m, k] · B [k, n]; A's element (i, p) is a[i · a_row + p · a_column]. m is a multiple of 4, n of STEP. */
static inline void ON_PATH(tile_product)(
    long m, long n, long k, const float *a, long a_row, long a_column, const float *b, long b_row, float *c, long c_row,
    int adds) {
#pragma clang fp contract(fast)
    for (long j = 0; j < n; j += STEP)
        for (long i = 0; i < m; i += 4) {
            vec sums[4][2] = {{{}}};
            for (long p = 0; p < k; p++) {
                const vec b0 = load(b + p * b_row + j), b1 = load(b + p * b_row + j + LANES);
                for (int row = 0; row < 4; row++) {
                    const float factor = a[(i + row) * a_row + p * a_column];
                    sums[row][0] += factor * b0;
                    sums[row][1] += factor * b1;
                }
            }
            for (int row = 0; row < 4; row++)
                for (int half = 0; half < 2; half++) {
                    float *place = c + (i + row) * c_row + j + half * LANES;
                    store(place, adds ? load(place) + sums[row][half] : sums[row][half]);
                }
        }
}

/* Copies rows of one head into [padded, width] with zeros around. */
static inline void ON_PATH(pack)(
    const float *from, long stride, long rows, long columns, long padded, long width, float factor, float *to) {
    for (long row = 0; row < padded; row++, to += width) {
        long i = 0;
        if (row < rows)
            for (; i < columns; i++) to[i] = from[row * stride + i] * factor;
        for (; i < width; i++) to[i] = 0;
    }
}

/* Copies rows of one head as the columns of [columns, TILE], zeros to the right. */
static inline void ON_PATH(pack_transposed)(const float *from, long stride, long rows, long columns, float *to) {
    for (long row = 0; row < TILE; row += 16) {
        const long here = rows - row < 16 ? rows - row : 16;
        long i = 0;
        for (; i + 16 <= columns; i += 16) {
            words16 square[16];
            for (long r = 0; r < 16; r++) {
                square[r] = (words16){};
                if (r < here) memcpy(&square[r], from + (row + r) * stride + i, sizeof square[r]);
            }
            ON_PATH(transpose)(square);
            for (long r = 0; r < 16; r++) memcpy(to + (i + r) * TILE + row, &square[r], sizeof square[r]);
        }
        for (; i < columns; i++)
            for (long r = 0; r < 16; r++) to[i * TILE + row + r] = r < here ? from[(row + r) * stride + i] : 0;
    }
}

/* The keys [lo, hi) of a tile that a query at `position` sees, relative to the tile's first key. */
static inline void ON_PATH(visible)(
    const struct lora_attention *shape, long position, long first_key, long keys, long *lo, long *hi) {
    const long last = position - first_key + 1;
    *hi = last < keys ? (last < 0 ? 0 : last) : keys;
    *lo = shape->window > 0 && last - shape->window > 0 ? last - shape->window : 0;
}

/* The first key, a multiple of TILE, that any query from `position` on sees. */
static inline long ON_PATH(first_tile)(const struct lora_attention *shape, long position) {
    const long first = shape->window > 0 && position - shape->window + 1 > 0 ? position - shape->window + 1 : 0;
    return first / TILE * TILE;
}

/* One row of a score tile becomes e^(score − max); out [d] and the running sum are rescaled to the new maximum. */
static inline void ON_PATH(softmax_row)(float *scores, long lo, long hi, long width, float *max, float *sum, float *out, long d) {
    for (long i = 0; i < lo; i++) scores[i] = -INFINITY;
    for (long i = hi; i < width; i++) scores[i] = -INFINITY;
    if (lo >= hi) {
        for (long i = 0; i < width; i++) scores[i] = 0;
        return;
    }
    vec maxima = all(*max);
    for (long i = 0; i < width; i += LANES) maxima = __builtin_elementwise_max(maxima, load(scores + i));
    const float new_max = max_of_lanes(maxima);
    vec sums = {};
    for (long i = 0; i < width; i += LANES) {
        const vec weight = exponential(load(scores + i) - new_max);
        sums += weight;
        store(scores + i, weight);
    }
    const float shrink = exponential(all(*max - new_max))[0];
    *sum = *sum * shrink + sum_of_lanes(sums);
    *max = new_max;
    for (long i = 0; i < d; i++) out[i] *= shrink;
}

/* Rows [first, first + TILE) of one span's queries, one head. log_sums [tokens, query_heads] keeps log Σ e^score. */
void ON_PATH(lora_attention_forward)(
    const struct lora_attention *shape, const struct lora_attention_span *span, long head, long first, const float *queries,
    const float *keys, const float *values, float *out, float *log_sums, float *scratch) {
    const long d = shape->head_size, width = ON_PATH(round_up)(d, STEP);
    const long q_stride = shape->query_heads * d, k_stride = shape->key_heads * d;
    const long key_column = head / (shape->query_heads / shape->key_heads) * d;
    const long rows = span->query_count - first < TILE ? span->query_count - first : TILE;
    const long padded = ON_PATH(round_up)(rows, 4), row0 = span->query_start + first;
    const long position = span->key_count - span->query_count + first;
    float *q = scratch, *kt = q + TILE * width, *v = kt + TILE * d, *o = v + TILE * width, *scores = o + TILE * width;
    float max[TILE], sum[TILE];

    ON_PATH(pack)(queries + row0 * q_stride + head * d, q_stride, rows, d, padded, width, shape->scale, q);
    for (long i = 0; i < padded * width; i++) o[i] = 0;
    for (long i = 0; i < TILE; i++) max[i] = -INFINITY, sum[i] = 0;
    for (long key = ON_PATH(first_tile)(shape, position); key < position + rows; key += TILE) {
        const long count = span->key_count - key < TILE ? span->key_count - key : TILE;
        const long columns = ON_PATH(round_up)(count, STEP);
        const float *k_rows = keys + (span->key_start + key) * k_stride + key_column;
        ON_PATH(pack_transposed)(k_rows, k_stride, count, d, kt);
        ON_PATH(pack)(values + (span->key_start + key) * k_stride + key_column, k_stride, count, d, count, width, 1, v);
        ON_PATH(tile_product)(padded, columns, d, q, width, 1, kt, TILE, scores, TILE, 0);
        for (long row = 0; row < padded; row++) {
            long lo = 0, hi = 0;
            if (row < rows) ON_PATH(visible)(shape, position + row, key, count, &lo, &hi);
            ON_PATH(softmax_row)(scores + row * TILE, lo, hi, columns, max + row, sum + row, o + row * width, width);
        }
        ON_PATH(tile_product)(padded, width, count, scores, TILE, 1, v, width, o, width, 1);
    }
    for (long row = 0; row < rows; row++) {
        for (long i = 0; i < d; i++) out[(row0 + row) * q_stride + head * d + i] = o[row * width + i] / sum[row];
        log_sums[(row0 + row) * shape->query_heads + head] = max[row] + logf(sum[row]);
    }
}
