/* C = Σ left · right, tile by tile */
#include "panels.h"

void ON_PATH(lora_product)(
    enum lora_number number, const struct lora_product_term *terms, long term_count, long m, long n, const float *bias,
    enum lora_product_sink sink, void *out, long out_row) {
    const long width = sink == LORA_STORE_BRAINS ? 2 : 4;
    for (long row = 0, i = 0; row < m; row += LEFT, i++)
        for (long column = 0, j = 0; column < n; column += RIGHT, j++) {
            const struct ON_PATH(destination) to = {
                .bias = bias ? bias + column : NULL, .sink = sink, .out = (char *)out + (row * out_row + column) * width,
                .out_row = out_row};
            ON_PATH(tile)(
                number, m - row < LEFT ? m - row : LEFT, n - column < RIGHT ? n - column : RIGHT, terms, term_count, i, j, &to);
        }
}

void ON_PATH(lora_pack_left)(const void *x, long x_row, long rows, long k, uint32_t *panels) {
    for (long row = 0; row < rows; row += LEFT, panels += (k + 3) / 4 * LEFT)
        ON_PATH(pack_left)((const char *)x + row * x_row, x_row, rows - row < LEFT ? rows - row : LEFT, k, panels);
}

void ON_PATH(lora_pack_left_across)(const uint16_t *x, long x_row, long k, long rows, uint32_t *panels) {
    for (long row = 0; row < rows; row += LEFT, panels += (k + 1) / 2 * LEFT)
        ON_PATH(pack_left_across)(x + row, x_row, k, rows - row < LEFT ? rows - row : LEFT, panels);
}

void ON_PATH(lora_pack_right)(const void *x, long x_row, long columns, long k, uint32_t *panels) {
    for (long column = 0; column < columns; column += RIGHT, panels += (k + 3) / 4 * RIGHT)
        ON_PATH(pack_right)(
            (const char *)x + column * x_row, x_row, columns - column < RIGHT ? columns - column : RIGHT, k, panels);
}

void ON_PATH(lora_pack_right_across)(const uint16_t *x, long x_row, long k, long columns, uint32_t *panels) {
    for (long column = 0; column < columns; column += RIGHT, panels += (k + 1) / 2 * RIGHT)
        ON_PATH(pack_right_across)(x + column, x_row, k, columns - column < RIGHT ? columns - column : RIGHT, panels);
}

void ON_PATH(lora_pack_right_across_floats)(const float *x, long x_row, long k, long columns, uint32_t *panels) {
    for (long column = 0; column < columns; column += RIGHT, x += RIGHT)
        for (long row = 0; row < k; row++, panels += RIGHT) {
            const long here = columns - column;
            if (here >= RIGHT) {
                words16 first, second;
                memcpy(&first, x + row * x_row, sizeof first);
                memcpy(&second, x + row * x_row + 16, sizeof second);
                memcpy(panels, &first, sizeof first);
                memcpy(panels + 16, &second, sizeof second);
            } else {
                memset(panels, 0, 4 * RIGHT);
                memcpy(panels, x + row * x_row, 4 * (size_t)here);
            }
        }
}

void ON_PATH(lora_pack_right_across_widened)(const uint16_t *x, long x_row, long k, long columns, uint32_t *panels) {
    for (long column = 0; column < columns; column += RIGHT, x += RIGHT)
        for (long row = 0; row < k; row++, panels += RIGHT) {
            const long here = columns - column < RIGHT ? columns - column : RIGHT;
            uint16_t brains[RIGHT] = {0};
            memcpy(brains, x + row * x_row, 2 * (size_t)here);
            for (long i = 0; i < RIGHT; i++) panels[i] = (uint32_t)brains[i] << 16;
        }
}
