#include "brain_call.h"

void lora_product(
    enum lora_kernel_path path, enum lora_number number, const struct lora_product_term *terms, long term_count, long m, long n,
    const float *bias, enum lora_product_sink sink, void *out, long out_row) {
    CALL(lora_product, number, terms, term_count, m, n, bias, sink, out, out_row);
}

void lora_pack_left(enum lora_kernel_path path, const void *x, long x_row, long rows, long k, uint32_t *panels) {
    CALL(lora_pack_left, x, x_row, rows, k, panels);
}

void lora_pack_left_across(
    enum lora_kernel_path path, const uint16_t *x, long x_row, long k, long rows, uint32_t *panels) {
    CALL(lora_pack_left_across, x, x_row, k, rows, panels);
}

void lora_pack_right(enum lora_kernel_path path, const void *x, long x_row, long columns, long k, uint32_t *panels) {
    CALL(lora_pack_right, x, x_row, columns, k, panels);
}

void lora_pack_right_across(
    enum lora_kernel_path path, const uint16_t *x, long x_row, long k, long columns, uint32_t *panels) {
    CALL(lora_pack_right_across, x, x_row, k, columns, panels);
}

void lora_pack_right_across_floats(
    enum lora_kernel_path path, const float *x, long x_row, long k, long columns, uint32_t *panels) {
    CALL(lora_pack_right_across_floats, x, x_row, k, columns, panels);
}

void lora_pack_right_across_widened(
    enum lora_kernel_path path, const uint16_t *x, long x_row, long k, long columns, uint32_t *panels) {
    CALL(lora_pack_right_across_widened, x, x_row, k, columns, panels);
}

void lora_pack_right_nf4(
    enum lora_kernel_path path, const struct lora_nf4_tensor *w, enum lora_rounding rounding, long columns, long first, long count,
    uint32_t *panels) {
    CALL(lora_pack_right_nf4, w, rounding, columns, first, count, panels);
}

void lora_pack_right_across_nf4(
    enum lora_kernel_path path, const struct lora_nf4_tensor *w, enum lora_rounding rounding, long rows, long columns, long first,
    long count, uint32_t *panels) {
    CALL(lora_pack_right_across_nf4, w, rounding, rows, columns, first, count, panels);
}
