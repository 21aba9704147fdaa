/* The gradient of attention, tile by tile, from the saved log-sums (FlashAttention-2, algorithm 2) */

/* P = e^(score − log_sum) where visible, 0 elsewhere; dS = P · (dP − Σ dO·O) · scale takes the place of dP. */
static inline void ON_PATH(score_gradient_row)(
    float *scores, float *d_scores, long lo, long hi, long width, float scale, float log_sum, float d_sum) {
#pragma clang fp contract(fast)
    for (long i = 0; i < width; i += LANES) {
        const vec weight = exponential(load(scores + i) * scale - log_sum);
        store(scores + i, weight);
        store(d_scores + i, weight * (load(d_scores + i) - d_sum) * scale);
    }
    for (long i = 0; i < width; i++)
        if (i < lo || i >= hi) scores[i] = 0, d_scores[i] = 0;
}

/* One key head of one span: writes its columns of d_keys and d_values and those of its query heads in d_queries. */
void ON_PATH(lora_attention_backward)(
    const struct lora_attention *shape, const struct lora_attention_span *span, long key_head, const float *queries,
    const float *keys, const float *values, const float *out, const float *log_sums, const float *d_out, float *d_queries,
    float *d_keys, float *d_values, float *scratch) {
    const long d = shape->head_size, width = ON_PATH(round_up)(d, STEP), group = shape->query_heads / shape->key_heads;
    const long q_stride = shape->query_heads * d, k_stride = shape->key_heads * d;
    const long offset = span->key_count - span->query_count;
    const long tile = TILE * width;
    float *q = scratch, *go = q + tile, *k = go + tile, *gq = k + tile, *gk = gq + tile, *gv = gk + tile;
    float *kt = gv + tile, *vt = kt + TILE * d, *scores = vt + TILE * d, *d_scores = scores + TILE * TILE;

    for (long row = span->query_start; row < span->query_start + span->query_count; row++)
        for (long i = 0; i < group * d; i++) d_queries[row * q_stride + key_head * group * d + i] = 0;
    for (long key = 0; key < span->key_count; key += TILE) {
        const long count = span->key_count - key < TILE ? span->key_count - key : TILE;
        const long columns = ON_PATH(round_up)(count, STEP), key_rows = ON_PATH(round_up)(count, 4);
        const long k_place = (span->key_start + key) * k_stride + key_head * d;
        ON_PATH(pack)(keys + k_place, k_stride, count, d, key_rows, width, 1, k);
        ON_PATH(pack_transposed)(keys + k_place, k_stride, count, d, kt);
        ON_PATH(pack_transposed)(values + k_place, k_stride, count, d, vt);
        for (long i = 0; i < tile; i++) gk[i] = 0, gv[i] = 0;
        for (long head = key_head * group; head < (key_head + 1) * group; head++)
            for (long first = 0; first < span->query_count; first += TILE) {
                const long rows = span->query_count - first < TILE ? span->query_count - first : TILE;
                const long position = offset + first, padded = ON_PATH(round_up)(rows, 4);
                if (position + rows <= key || key + TILE <= ON_PATH(first_tile)(shape, position)) continue;
                const long q_place = (span->query_start + first) * q_stride + head * d;
                ON_PATH(pack)(queries + q_place, q_stride, rows, d, padded, width, 1, q);
                ON_PATH(pack)(d_out + q_place, q_stride, rows, d, padded, width, 1, go);
                ON_PATH(tile_product)(padded, columns, d, q, width, 1, kt, TILE, scores, TILE, 0);
                ON_PATH(tile_product)(padded, columns, d, go, width, 1, vt, TILE, d_scores, TILE, 0);
                for (long row = 0; row < padded; row++) {
                    long lo = 0, hi = 0;
                    float log_sum = 0, d_sum = 0;
                    if (row < rows) {
                        ON_PATH(visible)(shape, position + row, key, count, &lo, &hi);
                        log_sum = log_sums[(span->query_start + first + row) * shape->query_heads + head];
                        d_sum = ON_PATH(dot)(go + row * width, out + q_place + row * q_stride, d);
                    }
                    ON_PATH(score_gradient_row)(
                        scores + row * TILE, d_scores + row * TILE, lo, hi, columns, shape->scale, log_sum, d_sum);
                }
                ON_PATH(tile_product)(key_rows, width, rows, scores, 1, TILE, go, width, gv, width, 1);
                ON_PATH(tile_product)(key_rows, width, rows, d_scores, 1, TILE, q, width, gk, width, 1);
                ON_PATH(tile_product)(padded, width, count, d_scores, TILE, 1, k, width, gq, width, 0);
                for (long row = 0; row < rows; row++)
                    for (long i = 0; i < d; i++) d_queries[q_place + row * q_stride + i] += gq[row * width + i];
            }
        for (long row = 0; row < count; row++)
            for (long i = 0; i < d; i++) {
                d_keys[k_place + row * k_stride + i] = gk[row * width + i];
                d_values[k_place + row * k_stride + i] = gv[row * width + i];
            }
    }
}
