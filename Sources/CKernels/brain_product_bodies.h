/* C = Σ left · right, tile by tile */
#include "panels.h"

/* A whole tile as it leaves the registers, [rows, 32]. */
static inline __attribute__((always_inline)) void ON_PATH(send_whole)(
    const float *tile, long rows, const float *bias, enum lora_product_sink sink, void *out, long out_row) {
    for (long row = 0; row < rows; row++, tile += RIGHT)
        for (long i = 0; i < RIGHT; i += LANES) {
            const vec value = bias ? load(tile + i) + load(bias + i) : load(tile + i);
            float *floats = (float *)out + row * out_row + i;
            if (sink == LORA_STORE_BRAINS) store_brains((uint16_t *)out + row * out_row + i, value);
            else store(floats, sink == LORA_ADD_FLOATS ? load(floats) + value : value);
        }
}

/* The last tile of a row, of which `columns` < 32 exist. */
static inline void ON_PATH(send_part)(
    const float *tile, long rows, long columns, const float *bias, enum lora_product_sink sink, void *out, long out_row) {
    for (long row = 0; row < rows; row++, tile += RIGHT)
        for (long i = 0; i < columns; i++) {
            const float value = bias ? tile[i] + bias[i] : tile[i];
            float *place = (float *)out + row * out_row + i;
            if (sink == LORA_STORE_BRAINS) ((uint16_t *)out)[row * out_row + i] = brain_of_float(value);
            else *place = sink == LORA_ADD_FLOATS ? *place + value : value;
        }
}

void ON_PATH(lora_brain_product)(
    const struct lora_product_term *terms, long term_count, long m, long n, const float *bias, enum lora_product_sink sink,
    void *out, long out_row) {
    const long width = sink == LORA_STORE_BRAINS ? 2 : 4;
    float tile[LEFT * RIGHT];
    for (long row = 0, i = 0; row < m; row += LEFT, i++)
        for (long column = 0, j = 0; column < n; column += RIGHT, j++) {
            const long rows = m - row < LEFT ? m - row : LEFT, columns = n - column < RIGHT ? n - column : RIGHT;
            for (long t = 0; t < term_count; t++)
                ON_PATH(tile)(
                    rows, terms[t].pairs, terms[t].left + i * terms[t].pairs * LEFT,
                    terms[t].right + j * terms[t].pairs * RIGHT, tile, RIGHT, t > 0);
            char *place = (char *)out + (row * out_row + column) * width;
            const float *added = bias ? bias + column : NULL;
            if (columns == RIGHT) ON_PATH(send_whole)(tile, rows, added, sink, place, out_row);
            else ON_PATH(send_part)(tile, rows, columns, added, sink, place, out_row);
        }
}

void ON_PATH(lora_pack_left)(const uint16_t *x, long x_row, long rows, long k, uint32_t *panels) {
    for (long row = 0; row < rows; row += LEFT, panels += (k + 1) / 2 * LEFT)
        ON_PATH(pack_left)(x + row * x_row, x_row, rows - row < LEFT ? rows - row : LEFT, k, panels);
}

void ON_PATH(lora_pack_left_across)(const uint16_t *x, long x_row, long k, long rows, uint32_t *panels) {
    for (long row = 0; row < rows; row += LEFT, panels += (k + 1) / 2 * LEFT)
        ON_PATH(pack_left_across)(x + row, x_row, k, rows - row < LEFT ? rows - row : LEFT, panels);
}

void ON_PATH(lora_pack_right)(const uint16_t *x, long x_row, long columns, long k, uint32_t *panels) {
    for (long column = 0; column < columns; column += RIGHT, panels += (k + 1) / 2 * RIGHT)
        ON_PATH(pack_right)(
            x + column * x_row, x_row, columns - column < RIGHT ? columns - column : RIGHT, k, panels);
}

void ON_PATH(lora_pack_right_across)(const uint16_t *x, long x_row, long k, long columns, uint32_t *panels) {
    for (long column = 0; column < columns; column += RIGHT, panels += (k + 1) / 2 * RIGHT)
        ON_PATH(pack_right_across)(x + column, x_row, k, columns - column < RIGHT ? columns - column : RIGHT, panels);
}
