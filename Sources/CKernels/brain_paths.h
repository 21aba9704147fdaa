/* Each brain-float kernel's copies, one per path; brain_product.c and brain_layers.c choose among them. */
#pragma once

#include "include/attention.h"
#include "include/brain_product.h"

#define COPIES(name, ...)               \
    void name##_portable(__VA_ARGS__);  \
    void name##_avx2(__VA_ARGS__);      \
    void name##_avx512(__VA_ARGS__);    \
    void name##_avx512bf16(__VA_ARGS__)

COPIES(
    lora_brain_product, const struct lora_product_term *terms, long term_count, long m, long n, const float *bias,
    enum lora_product_sink sink, void *out, long out_row);
COPIES(lora_pack_left, const uint16_t *x, long x_row, long rows, long k, uint32_t *panels);
COPIES(lora_pack_left_across, const uint16_t *x, long x_row, long k, long rows, uint32_t *panels);
COPIES(lora_pack_right, const uint16_t *x, long x_row, long columns, long k, uint32_t *panels);
COPIES(lora_pack_right_across, const uint16_t *x, long x_row, long k, long columns, uint32_t *panels);
COPIES(lora_pack_right_nf4, const struct lora_nf4_tensor *w, enum lora_rounding rounding, long columns, long first, long count, uint32_t *panels);
COPIES(
    lora_pack_right_across_nf4, const struct lora_nf4_tensor *w, enum lora_rounding rounding, long rows, long columns, long first, long count,
    uint32_t *panels);
