/* The gradient of attention on brain floats, from the saved log-sums (FlashAttention-2, algorithm 2).
 *
 * Scores lie as [queries, keys], 14 × 32 a tile. Rows of P and dS interleave into right panels as they are, for
 * dVᵀ = dOᵀ · P and dKᵀ = Qᵀ · dS; only dQ = dS · K needs dS as left panels. Gradients are summed in 32 bits. */
#pragma once

#include "brain_attention_forward.h"

enum { QUERIES = 8 * LEFT, PANELS = 4, KEYS = PANELS * RIGHT, STRIP_PAIRS = LEFT / 2 };

/* One call: its pointers into scratch, and the query tile at work. */
struct brain_backward {
    const struct lora_attention *shape;
    long d, pairs, strips; /* of a head: elements, pairs, strips of 14 elements */
    /* panels of the whole span: keys and values for scores, keys for dQ; dK and dV, turned, [head, 32] a panel */
    uint32_t *keys, *values, *keys_across;
    float *d_keys, *d_values;
    /* panels of a query tile, rows and turned, and its dQ [112, width] */
    uint32_t *queries, *d_out, *queries_across, *d_out_across;
    float *d_queries;
    long width;
    /* of a query tile and a block of keys: P and dS as right panels, dS as left panels and one strip of its rows */
    uint32_t *weights, *d_scores, *d_scores_left;
    uint16_t *rows;
    float log_sums[QUERIES], d_sums[QUERIES];
    long position, count; /* of the tile's queries */
};

/* Lays a call out in scratch and returns its size in words. */
static inline long ON_PATH(brain_backward)(
    struct brain_backward *work, const struct lora_attention *shape, long key_count, uint32_t *scratch) {
    const long d = shape->head_size, pairs = (d + 1) / 2, strips = ON_PATH(parts)(d, LEFT);
    const long width = ON_PATH(parts)(d, RIGHT) * RIGHT, all_keys = ON_PATH(parts)(key_count, KEYS) * KEYS;
    long end = 0;
    const long keys = ON_PATH(place)(&end, all_keys * pairs), values = ON_PATH(place)(&end, all_keys * pairs);
    const long keys_across = ON_PATH(place)(&end, all_keys / 2 * width);
    const long d_keys = ON_PATH(place)(&end, all_keys * d), d_values = ON_PATH(place)(&end, all_keys * d);
    const long queries = ON_PATH(place)(&end, QUERIES * pairs), d_out = ON_PATH(place)(&end, QUERIES * pairs);
    const long queries_across = ON_PATH(place)(&end, QUERIES / 2 * strips * LEFT);
    const long d_out_across = ON_PATH(place)(&end, QUERIES / 2 * strips * LEFT);
    const long d_queries = ON_PATH(place)(&end, QUERIES * width);
    const long weights = ON_PATH(place)(&end, QUERIES / 2 * KEYS), d_scores = ON_PATH(place)(&end, QUERIES / 2 * KEYS);
    const long left = ON_PATH(place)(&end, QUERIES * KEYS / 2), rows = ON_PATH(place)(&end, LEFT * KEYS / 2);
    if (scratch)
        *work = (struct brain_backward){
            .shape = shape, .d = d, .pairs = pairs, .strips = strips, .width = width,
            .keys = scratch + keys, .values = scratch + values, .keys_across = scratch + keys_across,
            .d_keys = (float *)(scratch + d_keys), .d_values = (float *)(scratch + d_values),
            .queries = scratch + queries, .d_out = scratch + d_out, .queries_across = scratch + queries_across,
            .d_out_across = scratch + d_out_across, .d_queries = (float *)(scratch + d_queries),
            .weights = scratch + weights, .d_scores = scratch + d_scores, .d_scores_left = scratch + left,
            .rows = (uint16_t *)(scratch + rows),
        };
    return end;
}

/* Bytes that one call of either kernel needs; the same on every path. */
long ON_PATH(lora_brain_attention_scratch)(const struct lora_attention *shape, long key_count) {
    struct brain_backward unused;
    const long backward = ON_PATH(brain_backward)(&unused, shape, key_count, NULL);
    return 4 * ON_PATH(most)(backward, ON_PATH(brain_forward)(shape->head_size, key_count).end);
}

/* The span's keys [first, count) and values into panels, and zeros into their gradients. */
static inline void ON_PATH(start_keys)(
    struct brain_backward *work, const uint16_t *keys, const uint16_t *values, long stride, long first, long count) {
    const long d = work->d, pairs = work->pairs;
    for (long key = first; key < count; key += RIGHT) {
        const long columns = ON_PATH(least)(count - key, RIGHT);
        ON_PATH(pack_right_brains)(keys + key * stride, stride, columns, d, work->keys + key * pairs);
        ON_PATH(pack_right_brains)(values + key * stride, stride, columns, d, work->values + key * pairs);
    }
    for (long key = first; key < count; key += KEYS)
        for (long i = 0; i < d; i += RIGHT)
            ON_PATH(pack_right_across)(
                keys + key * stride + i, stride, ON_PATH(least)(count - key, KEYS), ON_PATH(least)(d - i, RIGHT),
                work->keys_across + key / 2 * work->width + i * (KEYS / 2));
    for (long i = first * d; i < ON_PATH(parts)(count, RIGHT) * RIGHT * d; i++) work->d_keys[i] = work->d_values[i] = 0;
}

/* Σ x·y over one head */
static inline float ON_PATH(brain_dot)(const uint16_t *x, const uint16_t *y, long count) {
    vec sums = {};
    long i = 0;
    for (; i + LANES <= count; i += LANES) sums += load_brains(x + i) * load_brains(y + i);
    float sum = sum_of_lanes(sums);
    for (; i < count; i++) sum += float_of_brain(x[i]) * float_of_brain(y[i]);
    return sum;
}

/* One query tile into panels; rows point at its first query. */
static inline void ON_PATH(start_queries)(
    struct brain_backward *work, const uint16_t *queries, const uint16_t *out, const uint16_t *d_out, long stride,
    const float *log_sums, long log_stride) {
    const long d = work->d, count = work->count;
    for (long row = 0; row < count; row += LEFT) {
        const long rows = ON_PATH(least)(count - row, LEFT);
        ON_PATH(pack_left_brains)(queries + row * stride, stride, rows, d, work->queries + row * work->pairs);
        ON_PATH(pack_left_brains)(d_out + row * stride, stride, rows, d, work->d_out + row * work->pairs);
    }
    for (long i = 0; i < d; i += LEFT) {
        const long here = ON_PATH(least)(d - i, LEFT);
        ON_PATH(pack_left_across)(queries + i, stride, count, here, work->queries_across + i * (QUERIES / 2));
        ON_PATH(pack_left_across)(d_out + i, stride, count, here, work->d_out_across + i * (QUERIES / 2));
    }
    for (long row = 0; row < QUERIES; row++) {
        /* a row that does not exist weighs 2^−∞ */
        work->log_sums[row] = row < count ? log_sums[row * log_stride] * LOG2_E : INFINITY;
        work->d_sums[row] = row < count ? ON_PATH(brain_dot)(d_out + row * stride, out + row * stride, d) : 0;
    }
    for (long i = 0; i < QUERIES * work->width; i++) work->d_queries[i] = 0;
}

/* Two rows of a tile: P = 2^(score · factor − log_sum) and dS / scale = P · (dP − Σ dO·O), interleaved; dS also as rows. */
static inline void ON_PATH(score_gradient)(
    const float *scores, const float *d_weights, float factor, const float *log_sums, const float *d_sums,
    uint32_t *weights, uint32_t *d_scores, uint16_t *rows) {
#pragma clang fp contract(fast)
    for (long i = 0; i < RIGHT; i += LANES) {
        const vec first = ON_PATH(power_of_two)(load(scores + i) * factor - log_sums[0]);
        const vec second = ON_PATH(power_of_two)(load(scores + RIGHT + i) * factor - log_sums[1]);
        const vec d_first = first * (load(d_weights + i) - d_sums[0]);
        const vec d_second = second * (load(d_weights + RIGHT + i) - d_sums[1]);
        const words weight = ON_PATH(pair_words)(first, second), d_score = ON_PATH(pair_words)(d_first, d_second);
        memcpy(weights + i, &weight, sizeof weight);
        memcpy(d_scores + i, &d_score, sizeof d_score);
        store_brains(rows + i, d_first);
        store_brains(rows + KEYS + i, d_second);
    }
}

/* Rows of one strip against 32 keys from `key` on: P and dS into their panels. */
static inline void ON_PATH(score_tile)(struct brain_backward *work, long strip, long panel, long key) {
    const long row = strip * LEFT, position = work->position + row, window = work->shape->window;
    const long rows = (ON_PATH(least)(work->count - row, LEFT) + 1) / 2 * 2;
    const long place = panel * (QUERIES / 2) * RIGHT + strip * STRIP_PAIRS * RIGHT;
    float scores[LEFT * RIGHT], d_weights[LEFT * RIGHT];
    ON_PATH(brain_tile)(
        rows, work->pairs, work->queries + row * work->pairs, work->keys + key * work->pairs, scores, RIGHT, 0);
    ON_PATH(brain_tile)(
        rows, work->pairs, work->d_out + row * work->pairs, work->values + key * work->pairs, d_weights, RIGHT, 0);
    for (long i = 0; i < rows; i++) {
        const long hi = position + i + 1 - key, lo = window > 0 ? hi - window : 0;
        if (lo > 0 || hi < RIGHT) ON_PATH(hide)(scores + i * RIGHT, lo, hi);
    }
    for (long i = 0; i < rows; i += 2)
        ON_PATH(score_gradient)(
            scores + i * RIGHT, d_weights + i * RIGHT, work->shape->scale * LOG2_E, work->log_sums + row + i,
            work->d_sums + row + i, work->weights + place + i / 2 * RIGHT, work->d_scores + place + i / 2 * RIGHT,
            work->rows + i * KEYS + panel * RIGHT);
}

/* One strip against the panels of a block that it sees: P, dS, and dQ. */
static inline void ON_PATH(strip_gradient)(struct brain_backward *work, long strip, long block) {
    const long row = strip * LEFT, rows = ON_PATH(least)(work->count - row, LEFT), width = work->width;
    const long keys = ON_PATH(least)(KEYS, work->position + row + rows - block);
    const long first = ON_PATH(most)(0, ON_PATH(first_key)(work->shape, work->position + row) - block) / RIGHT;
    const long end = keys <= 0 ? 0 : ON_PATH(parts)(keys, RIGHT);
    if (first >= end) return;
    for (long panel = first; panel < end; panel++) ON_PATH(score_tile)(work, strip, panel, block + panel * RIGHT);
    uint32_t *left = work->d_scores_left;
    ON_PATH(pack_left_brains)(work->rows + first * RIGHT, KEYS, rows, (end - first) * RIGHT, left);
    const long skipped = first * RIGHT / 2, pairs = (keys + 1) / 2 - skipped;
    for (long i = 0; i < width; i += RIGHT)
        ON_PATH(brain_tile)(
            rows, pairs, left, work->keys_across + block / 2 * width + i * (KEYS / 2) + skipped * RIGHT,
            work->d_queries + row * width + i, width, 1);
}

/* dV and dK of 32 keys from `key` on, the block's panel, from the strips that see them. */
static inline void ON_PATH(key_gradient)(struct brain_backward *work, long panel, long key) {
    const long strips = ON_PATH(parts)(work->count, LEFT), window = work->shape->window, d = work->d;
    long first = ON_PATH(most)(0, key - work->position) / LEFT, end = strips;
    if (window > 0) {
        const long seen = key + RIGHT - 1 + window - work->position; /* rows whose first key is not beyond the panel */
        end = seen <= 0 ? 0 : ON_PATH(least)(strips, ON_PATH(parts)(seen, LEFT));
    }
    if (first >= end) return;
    const long pair = first * STRIP_PAIRS, pairs = ON_PATH(least)((work->count + 1) / 2, end * STRIP_PAIRS) - pair;
    const uint32_t *weights = work->weights + (panel * (QUERIES / 2) + pair) * RIGHT;
    const uint32_t *d_scores = work->d_scores + (panel * (QUERIES / 2) + pair) * RIGHT;
    for (long i = 0; i < d; i += LEFT) {
        const long rows = ON_PATH(least)(d - i, LEFT), left = i * (QUERIES / 2) + pair * LEFT, to = key * d + i * RIGHT;
        ON_PATH(brain_tile)(rows, pairs, work->d_out_across + left, weights, work->d_values + to, RIGHT, 1);
        ON_PATH(brain_tile)(rows, pairs, work->queries_across + left, d_scores, work->d_keys + to, RIGHT, 1);
    }
}

/* One query tile against every key that it sees. */
static inline void ON_PATH(query_tile_gradient)(struct brain_backward *work) {
    const long limit = work->position + work->count;
    for (long block = ON_PATH(first_key)(work->shape, work->position) / KEYS * KEYS; block < limit; block += KEYS) {
        for (long strip = 0; strip * LEFT < work->count; strip++) ON_PATH(strip_gradient)(work, strip, block);
        for (long panel = 0; panel < PANELS && block + panel * RIGHT < limit; panel++)
            ON_PATH(key_gradient)(work, panel, block + panel * RIGHT);
    }
}

/* to [rows, count] ← x [rows, width] · scale; width ≥ count rounded up to whole vectors */
static inline void ON_PATH(store_rows)(
    const float *x, long width, long rows, long count, float scale, uint16_t *to, long to_row) {
    for (long row = 0; row < rows; row++, x += width, to += to_row) {
        long i = 0;
        for (; i + LANES <= count; i += LANES) store_brains(to + i, load(x + i) * scale);
        for (; i < count; i++) to[i] = brain_of_float(x[i] * scale);
    }
}

/* dK and dV of the span's keys; those before `first`, which no query sees, are zeros. */
static inline void ON_PATH(store_keys)(
    const struct brain_backward *work, long stride, long first, long count, uint16_t *d_keys, uint16_t *d_values) {
    const long d = work->d;
    float ones[RIGHT], scales[RIGHT];
    for (long i = 0; i < RIGHT; i++) ones[i] = 1, scales[i] = work->shape->scale;
    for (long key = 0; key < first; key++)
        for (long i = 0; i < d; i++) d_keys[key * stride + i] = d_values[key * stride + i] = 0;
    for (long key = first; key < count; key += RIGHT) {
        const long columns = ON_PATH(least)(count - key, RIGHT);
        ON_PATH(store_turned)(work->d_keys + key * d, d, scales, columns, d_keys + key * stride, stride);
        ON_PATH(store_turned)(work->d_values + key * d, d, ones, columns, d_values + key * stride, stride);
    }
}

/* One span and one key head: writes its columns of d_keys and d_values and those of its query heads in d_queries. */
void ON_PATH(lora_brain_attention_backward)(
    const struct lora_attention *shape, const struct lora_attention_span *span, long key_head, const uint16_t *queries,
    const uint16_t *keys, const uint16_t *values, const uint16_t *out, const float *log_sums, const uint16_t *d_out,
    uint16_t *d_queries, uint16_t *d_keys, uint16_t *d_values, void *scratch) {
    const long d = shape->head_size, group = shape->query_heads / shape->key_heads, heads = shape->query_heads;
    const long q_stride = heads * d, k_stride = shape->key_heads * d, k_place = span->key_start * k_stride + key_head * d;
    const long offset = span->key_count - span->query_count, first = ON_PATH(first_key)(shape, offset) / KEYS * KEYS;
    struct brain_backward work;
    ON_PATH(brain_backward)(&work, shape, span->key_count, scratch);
    ON_PATH(start_keys)(&work, keys + k_place, values + k_place, k_stride, first, span->key_count);
    for (long head = key_head * group; head < (key_head + 1) * group; head++)
        for (long query = 0; query < span->query_count; query += QUERIES) {
            const long row = span->query_start + query, place = row * q_stride + head * d;
            work.position = offset + query;
            work.count = ON_PATH(least)(span->query_count - query, QUERIES);
            ON_PATH(start_queries)(
                &work, queries + place, out + place, d_out + place, q_stride, log_sums + row * heads + head, heads);
            ON_PATH(query_tile_gradient)(&work);
            ON_PATH(store_rows)(
                work.d_queries, work.width, work.count, d, shape->scale, d_queries + place, q_stride);
        }
    ON_PATH(store_keys)(&work, k_stride, first, span->key_count, d_keys + k_place, d_values + k_place);
}
