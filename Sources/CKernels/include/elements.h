#ifndef LORA_ELEMENTS_H
#define LORA_ELEMENTS_H

#include <stddef.h>
#include <stdint.h>

/* Element conversions. Sides other than float32 may have any alignment, as bytes in a file do.
 * Narrowing rounds to nearest, ties to even; overflow becomes infinite; NaN stays NaN (quiet bit set). */
void lora_bf16_to_f32(const void *bytes, float *out, size_t count);
void lora_f16_to_f32(const void *bytes, float *out, size_t count);
void lora_f64_to_f32(const void *bytes, float *out, size_t count);
void lora_f32_to_bf16(const float *x, void *bytes, size_t count);
void lora_f32_to_f16(const float *x, void *bytes, size_t count);
void lora_f32_to_f64(const float *x, void *bytes, size_t count);

/* In place: x = float32(bf16(x)) and x = float32(f16(x)). */
void lora_round_to_bf16(float *x, size_t count);
void lora_round_to_f16(float *x, size_t count);

/* The index of the first NaN or infinity, or count when there is none. */
size_t lora_first_non_finite(const float *x, size_t count);

#endif
