#pragma once

/// x[i] *= factor
void lora_scale(float *x, float factor, long count);

/// sum[i] = x[i] + y[i]; sum may be x or y
void lora_add(float *sum, const float *x, const float *y, long count);

/// Σ x² in double precision
double lora_squared_norm(const float *x, long count);
