/* softmax(scale · Q·Kᵀ) · V on brain floats, 32 queries at a time with a running maximum (Dao et al., FlashAttention-2).
 *
 * Scores lie as [keys, queries]. A lane is a query, so the softmax never adds across lanes, and each two rows of weights
 * interleave into a right panel as they are: Oᵀ [head size, queries] = Vᵀ · Pᵀ. Tiles outside the causal band are left out. */
#pragma once

#include <float.h>

#include "include/attention.h"
#include "panels.h"

enum { BLOCK = 8 * LEFT, VECTORS = RIGHT / LANES };

static const float LOG2_E = 1.44269504088896341f, LN_2 = 0.693147180559945309f;

static inline long ON_PATH(parts)(long count, long size) { return (count + size - 1) / size; }
static inline long ON_PATH(least)(long a, long b) { return a < b ? a : b; }
static inline long ON_PATH(most)(long a, long b) { return a > b ? a : b; }

/* The place of `count` words in a scratch of which `used` are taken; starts on a cache line. */
static inline long ON_PATH(place)(long *used, long count) {
    const long at = *used;
    *used += ON_PATH(parts)(count, 16) * 16;
    return at;
}

/* 2^x for x < 127.5, and 0 below −126.5. Beside exponential() this needs no reduction by ln 2 and three terms fewer in the innermost
 * loop of attention; the relative error of 3·10⁻⁶ is far inside a brain float's 4·10⁻³. */
static inline vec ON_PATH(power_of_two)(vec x) {
#pragma clang fp contract(fast)
    x = larger(all(-127.0f), x);
    /* adding 1.5 · 2^23 leaves the nearest integer in the low bits, here with the exponent's bias */
    const vec shifted = x + (12582912.0f + 127.0f);
    const vec r = x - (shifted - (12582912.0f + 127.0f));
    vec p = r * 9.570101276e-3f + 5.591787908e-2f;
    p = p * r + 2.402474433e-1f;
    p = p * r + 6.931217909e-1f;
    p = p * r + 9.999992847e-1f;
    return p * (vec)((words)shifted << 23);
}

/* (low, high) of each lane as one word of brain floats */
static inline words ON_PATH(pair_words)(vec low, vec high) {
#if defined(LORA_HAS_BF16)
    const __m512i order = (__m512i)(brains32){0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
                                              8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    return (words)_mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low));
#else
    return __builtin_convertvector(narrow(low), words) | __builtin_convertvector(narrow(high), words) << 16;
#endif
}

/* The columns of one row of scores outside [lo, hi) weigh nothing. */
static inline void ON_PATH(hide)(float *row, long lo, long hi) {
    const int first = (int)ON_PATH(most)(0, ON_PATH(least)(lo, RIGHT));
    const int end = (int)ON_PATH(most)(0, ON_PATH(least)(hi, RIGHT));
    veci column;
    for (int lane = 0; lane < LANES; lane++) column[lane] = lane;
    for (long i = 0; i < RIGHT; i += LANES, column += LANES) {
        const veci seen = (column >= first) & (column < end);
        store(row + i, (vec)(((veci)load(row + i) & seen) | ((veci)all(-INFINITY) & ~seen)));
    }
}

/* to [columns, count] ← x [count, RIGHT], turned, with column j multiplied by factors[j] */
static inline void ON_PATH(store_turned)(
    const float *x, long count, const float *factors, long columns, uint16_t *to, long to_row) {
    uint16_t pairs[32][2 * RIGHT];
    uint32_t turned[RIGHT][RIGHT];
    for (long first = 0; first < count; first += 2 * RIGHT) {
        const long here = ON_PATH(least)(count - first, 2 * RIGHT);
        for (long i = 0; i < here; i += 2)
            for (long lane = 0; lane < RIGHT; lane += LANES) {
                const float *row = x + (first + i) * RIGHT + lane;
                const vec factor = load(factors + lane);
                const words word =
                    ON_PATH(pair_words)(load(row) * factor, i + 1 < here ? load(row + RIGHT) * factor : (vec){});
                memcpy(&pairs[i / 2][2 * lane], &word, sizeof word);
            }
        ON_PATH(pack_right_brains)(pairs[0], 2 * RIGHT, (here + 1) / 2, 2 * RIGHT, turned[0]);
        for (long j = 0; j < columns; j++)
            if (here == 2 * RIGHT) memcpy(to + j * to_row + first, turned[j], 4 * RIGHT);
            else memcpy(to + j * to_row + first, turned[j], (size_t)here * 2);
    }
}

/* Where a call keeps what, in words of its scratch. */
struct brain_forward {
    long keys, values, queries, scores, weights, out, end;
};

static inline struct brain_forward ON_PATH(brain_forward)(long head_size, long key_count) {
    const long pairs = (head_size + 1) / 2, blocks = ON_PATH(parts)(key_count, BLOCK), strips = ON_PATH(parts)(head_size, LEFT);
    struct brain_forward at = {0};
    at.keys = ON_PATH(place)(&at.end, blocks * BLOCK * pairs);
    at.values = ON_PATH(place)(&at.end, blocks * BLOCK / 2 * strips * LEFT);
    at.queries = ON_PATH(place)(&at.end, pairs * RIGHT);
    at.scores = ON_PATH(place)(&at.end, BLOCK * RIGHT);
    at.weights = ON_PATH(place)(&at.end, BLOCK / 2 * RIGHT);
    at.out = ON_PATH(place)(&at.end, head_size * RIGHT);
    return at;
}

/* Keys as left panels, strip by strip; values, turned, as left panels of each block, one for 14 elements of the head. */
static inline void ON_PATH(pack_keys_and_values)(
    const uint16_t *keys, const uint16_t *values, long stride, long first, long count, long d, uint32_t *key_panels,
    uint32_t *value_panels) {
    const long pairs = (d + 1) / 2;
    for (long key = first; key < count; key += LEFT)
        ON_PATH(pack_left_brains)(keys + key * stride, stride, ON_PATH(least)(count - key, LEFT), d, key_panels + key * pairs);
    for (long key = first; key < count; key += BLOCK)
        for (long i = 0; i < d; i += LEFT)
            ON_PATH(pack_left_across)(
                values + key * stride + i, stride, ON_PATH(least)(count - key, BLOCK), ON_PATH(least)(d - i, LEFT),
                value_panels + key / 2 * (ON_PATH(parts)(d, LEFT) * LEFT) + i * (BLOCK / 2));
}

/* What the softmax of 32 queries has seen so far: base-2 maxima, sums, and the factor for what was summed before. */
struct brain_softmax {
    vec max[VECTORS], sum[VECTORS], shrink[VECTORS];
};

/* Scores [rows, 32 queries] become the weights' right panel; rows is even, factor is positive. */
static inline void ON_PATH(softmax)(
    struct brain_softmax *state, const float *scores, long rows, float factor, uint32_t *weights) {
#pragma clang fp contract(fast)
    vec top[2][VECTORS], max[VECTORS], sum[VECTORS];
    for (int v = 0; v < VECTORS; v++) top[0][v] = top[1][v] = all(-INFINITY);
    for (long row = 0; row < rows; row += 2)
        for (int v = 0; v < VECTORS; v++) {
            const float *place = scores + row * RIGHT + v * LANES;
            top[0][v] = larger(load(place), top[0][v]);
            top[1][v] = larger(load(place + RIGHT), top[1][v]);
        }
    for (int v = 0; v < VECTORS; v++) {
        max[v] = larger(state->max[v], larger(top[1][v], top[0][v]) * factor);
        state->shrink[v] = ON_PATH(power_of_two)(state->max[v] - max[v]);
        sum[v] = state->sum[v] * state->shrink[v];
    }
    for (long row = 0; row < rows; row += 2, weights += RIGHT)
        for (int v = 0; v < VECTORS; v++) {
            const float *place = scores + row * RIGHT + v * LANES;
            const vec low = ON_PATH(power_of_two)(load(place) * factor - max[v]);
            const vec high = ON_PATH(power_of_two)(load(place + RIGHT) * factor - max[v]);
            const words word = ON_PATH(pair_words)(low, high);
            sum[v] += low + high;
            memcpy(weights + v * LANES, &word, sizeof word);
        }
    for (int v = 0; v < VECTORS; v++) state->max[v] = max[v], state->sum[v] = sum[v];
}

static inline void ON_PATH(shrink_out)(const struct brain_softmax *state, float *out, long rows) {
    for (long row = 0; row < rows; row++, out += RIGHT)
        for (int v = 0; v < VECTORS; v++) store(out + v * LANES, load(out + v * LANES) * state->shrink[v]);
}

/* 32 queries from `position` on against the keys [first, limit) of one block. Rows of scores are keys from `first`, a strip's. */
static inline void ON_PATH(attend_block)(
    const struct lora_attention *shape, const struct brain_forward *at, uint32_t *words_of, long position, long first,
    long limit, struct brain_softmax *state) {
    const long d = shape->head_size, pairs = (d + 1) / 2, rows = limit - first, even = (rows + 1) / 2 * 2;
    const long block = first / BLOCK * BLOCK, window = shape->window;
    float *scores = (float *)(words_of + at->scores), *out = (float *)(words_of + at->out);
    uint32_t *weights = words_of + at->weights;
    const uint32_t *values =
        words_of + at->values + block / 2 * (ON_PATH(parts)(d, LEFT) * LEFT) + (first - block) / 2 * LEFT;

    for (long row = 0; row < rows; row += LEFT)
        ON_PATH(brain_tile)(
            ON_PATH(least)(rows - row, LEFT), pairs, words_of + at->keys + (first + row) * pairs, words_of + at->queries,
            scores + row * RIGHT, RIGHT, 0);
    for (long row = 0; row < even; row++) {
        const long lo = first + row - position, hi = window > 0 ? lo + window : RIGHT;
        if (row == rows) ON_PATH(hide)(scores + row * RIGHT, 0, 0);
        else if (lo > 0 || hi < RIGHT) ON_PATH(hide)(scores + row * RIGHT, lo, hi);
    }
    ON_PATH(softmax)(state, scores, even, shape->scale * LOG2_E, weights);
    ON_PATH(shrink_out)(state, out, d);
    for (long i = 0; i < d; i += LEFT)
        ON_PATH(brain_tile)(
            ON_PATH(least)(d - i, LEFT), even / 2, values + i * (BLOCK / 2), weights, out + i * RIGHT, RIGHT, 1);
}

/* The first key that a query at `position` sees. */
static inline long ON_PATH(first_key)(const struct lora_attention *shape, long position) {
    return shape->window > 0 ? ON_PATH(most)(0, position - shape->window + 1) : 0;
}

/* One span and one query head; log_sums [tokens, query_heads] keeps log Σ e^score. shape->scale is positive. */
void ON_PATH(lora_brain_attention_forward)(
    const struct lora_attention *shape, const struct lora_attention_span *span, long head, const uint16_t *queries,
    const uint16_t *keys, const uint16_t *values, uint16_t *out, float *log_sums, void *scratch) {
    const long d = shape->head_size, q_stride = shape->query_heads * d, k_stride = shape->key_heads * d;
    const long offset = span->key_count - span->query_count;
    const long k_place = span->key_start * k_stride + head / (shape->query_heads / shape->key_heads) * d;
    const struct brain_forward at = ON_PATH(brain_forward)(d, span->key_count);
    uint32_t *words_of = scratch;
    float *sums = (float *)(words_of + at.out), factors[RIGHT], maxima[RIGHT], totals[RIGHT];

    ON_PATH(pack_keys_and_values)(
        keys + k_place, values + k_place, k_stride, ON_PATH(first_key)(shape, offset) / BLOCK * BLOCK, span->key_count, d,
        words_of + at.keys, words_of + at.values);
    for (long query = 0; query < span->query_count; query += RIGHT) {
        const long columns = ON_PATH(least)(span->query_count - query, RIGHT), position = offset + query;
        const long limit = position + columns, place = (span->query_start + query) * q_stride + head * d;
        struct brain_softmax state = {0};
        for (int v = 0; v < VECTORS; v++) state.max[v] = all(-FLT_MAX);
        for (long i = 0; i < d * RIGHT; i++) sums[i] = 0;
        ON_PATH(pack_right_brains)(queries + place, q_stride, columns, d, words_of + at.queries);
        for (long key = ON_PATH(first_key)(shape, position), next; key < limit; key = next) {
            next = key / BLOCK * BLOCK + BLOCK;
            ON_PATH(attend_block)(shape, &at, words_of, position, key / LEFT * LEFT, ON_PATH(least)(next, limit), &state);
        }
        for (int v = 0; v < VECTORS; v++) {
            store(factors + v * LANES, 1 / state.sum[v]);
            store(maxima + v * LANES, state.max[v]);
            store(totals + v * LANES, state.sum[v]);
        }
        ON_PATH(store_turned)(sums, d, factors, columns, out + place, q_stride);
        for (long i = 0; i < columns; i++)
            log_sums[(span->query_start + query + i) * shape->query_heads + head] = maxima[i] * LN_2 + logf(totals[i]);
    }
}
