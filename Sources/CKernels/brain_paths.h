/* Each brain-float kernel's copies, one per path; product.c and brain_layers.c choose among them. */
#pragma once

#include "include/attention.h"
#include "include/product.h"

#define COPIES(name, ...)               \
    void name##_portable(__VA_ARGS__);  \
    void name##_avx2(__VA_ARGS__);      \
    void name##_avx512(__VA_ARGS__);    \
    void name##_avx512bf16(__VA_ARGS__)

COPIES(
    lora_product, enum lora_number number, const struct lora_product_term *terms, long term_count, long m, long n,
    const float *bias, enum lora_product_sink sink, void *out, long out_row);
COPIES(lora_pack_left, const void *x, long x_row, long rows, long k, uint32_t *panels);
COPIES(lora_pack_left_across, const uint16_t *x, long x_row, long k, long rows, uint32_t *panels);
COPIES(lora_pack_right, const void *x, long x_row, long columns, long k, uint32_t *panels);
COPIES(lora_pack_right_across, const uint16_t *x, long x_row, long k, long columns, uint32_t *panels);
COPIES(lora_pack_right_across_floats, const float *x, long x_row, long k, long columns, uint32_t *panels);
COPIES(lora_pack_right_across_widened, const uint16_t *x, long x_row, long k, long columns, uint32_t *panels);
COPIES(lora_pack_right_nf4, const struct lora_nf4_tensor *w, enum lora_rounding rounding, long columns, long first, long count, uint32_t *panels);
COPIES(
    lora_pack_right_across_nf4, const struct lora_nf4_tensor *w, enum lora_rounding rounding, long rows, long columns, long first, long count,
    uint32_t *panels);

COPIES(lora_brain_from_float, const float *x, long count, uint16_t *brains);
COPIES(lora_brain_rmsnorm_forward, const float *x, const float *weight, float eps, long rows, long columns, uint16_t *y,
    float *inverse_rms);
COPIES(lora_brain_rmsnorm_backward, const float *dy, const uint16_t *x, const float *weight,
    const float *inverse_rms, long rows, long columns, float *dx);
COPIES(lora_brain_heads_rmsnorm_forward, const uint16_t *x, const float *weight, float eps, long rows, long columns,
    uint16_t *y, float *inverse_rms);
COPIES(lora_brain_heads_rmsnorm_backward, const uint16_t *dy, const uint16_t *x, const float *weight,
    const float *inverse_rms, long rows, long columns, uint16_t *dx);
COPIES(lora_brain_swiglu_forward, const uint16_t *gate, const uint16_t *up, long count, uint16_t *hidden);
COPIES(lora_brain_swiglu_backward, const uint16_t *d_hidden, const uint16_t *gate, const uint16_t *up, long count,
    uint16_t *d_gate, uint16_t *d_up, uint16_t *hidden);
COPIES(lora_brain_rotary, uint16_t *x, const float *cosines, const float *sines, const int *positions, float direction,
    long rows, long heads, long head_size, long rotated);
COPIES(lora_brain_crossentropy_backward, const float *logits, const int *labels, float scale, long rows, long columns,
    double *losses, uint16_t *d_logits);
COPIES(lora_brain_attention_forward, const struct lora_attention *shape, const struct lora_attention_span *span, long head,
    const uint16_t *queries, const uint16_t *keys, const uint16_t *values, uint16_t *out, float *log_sums, void *scratch);
COPIES(lora_brain_attention_backward, const struct lora_attention *shape, const struct lora_attention_span *span,
    long key_head, const uint16_t *queries, const uint16_t *keys, const uint16_t *values, const uint16_t *out,
    const float *log_sums, const uint16_t *d_out, uint16_t *d_queries, uint16_t *d_keys, uint16_t *d_values, void *scratch);
/* the same size on every path */
long lora_brain_attention_scratch_portable(const struct lora_attention *shape, long key_count);
