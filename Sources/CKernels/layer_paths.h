/* Each layer kernel's copies, one per path; layers.c chooses among them. */
#pragma once

#include "include/attention.h"

#define COPIES(name, ...) void name##_portable(__VA_ARGS__); void name##_avx2(__VA_ARGS__); void name##_avx512(__VA_ARGS__)

COPIES(
    lora_rmsnorm_forward, const float *x, const float *weight, float eps, long rows, long columns, float *y, float
    *inverse_rms);
COPIES(
    lora_rmsnorm_backward, const float *dy, const float *x, const float *weight, const float *inverse_rms, long rows, long
    columns, float *dx);
COPIES(
    lora_rmsnorm_weight_gradient, const float *dy, const float *x, const float *inverse_rms, long rows, long stride, long
    columns, float *dweight);
COPIES(
    lora_swiglu_forward, const float *gate, const float *up, long count, float *hidden);
COPIES(
    lora_swiglu_backward, const float *d_hidden, const float *gate, const float *up, long count, float *d_gate, float
    *d_up);
COPIES(
    lora_crossentropy_forward, const float *logits, const int *labels, long rows, long columns, double *losses);
COPIES(
    lora_crossentropy_backward, float *logits, const int *labels, float scale, long rows, long columns, double *losses);
COPIES(
    lora_attention_forward, const struct lora_attention *shape, const struct lora_attention_span *span, long head, long
    first, const float *queries, const float *keys, const float *values, float *out, float *log_sums, float *scratch);
COPIES(
    lora_attention_backward, const struct lora_attention *shape, const struct lora_attention_span *span, long key_head,
    const float *queries, const float *keys, const float *values, const float *out, const float *log_sums, const float
    *d_out, float *d_queries, float *d_keys, float *d_values, float *scratch);
