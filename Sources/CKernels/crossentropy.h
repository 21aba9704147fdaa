/* −log softmax(logits)[label], and its gradient in place of the logits */

/* Σ e^(x − max); blocks of 1,024 are added in double precision, so that a large vocabulary loses nothing */
static inline double ON_PATH(sum_of_exponentials)(const float *x, float max, long count) {
    double sum = 0;
    for (long begin = 0; begin < count; begin += 1024) {
        const long end = begin + 1024 < count ? begin + 1024 : count;
        vec sums = {};
        long i = begin;
        for (; i + LANES <= end; i += LANES) sums += exponential(load(x + i) - max);
        float rest = sum_of_lanes(sums);
        for (; i < end; i++) rest += exponential(all(x[i] - max))[0];
        sum += rest;
    }
    return sum;
}

static inline float ON_PATH(largest)(const float *x, long count) {
    vec maxima = all(-INFINITY);
    long i = 0;
    for (; i + LANES <= count; i += LANES) maxima = __builtin_elementwise_max(maxima, load(x + i));
    float max = max_of_lanes(maxima);
    for (; i < count; i++) max = x[i] > max ? x[i] : max;
    return max;
}

void ON_PATH(lora_crossentropy_forward)(const float *logits, const int *labels, long rows, long columns, double *losses) {
    for (long row = 0; row < rows; row++, logits += columns) {
        const float max = ON_PATH(largest)(logits, columns);
        losses[row] = log(ON_PATH(sum_of_exponentials)(logits, max, columns)) + max - logits[labels[row]];
    }
}

/* logits ← scale · (softmax(logits) − onehot(label)) */
void ON_PATH(lora_crossentropy_backward)(
    float *logits, const int *labels, float scale, long rows, long columns, double *losses) {
    for (long row = 0; row < rows; row++, logits += columns) {
        const float max = ON_PATH(largest)(logits, columns);
        const double sum = ON_PATH(sum_of_exponentials)(logits, max, columns);
        losses[row] = log(sum) + max - logits[labels[row]];
        const float share = (float)(scale / sum);
        long i = 0;
        for (; i + LANES <= columns; i += LANES) store(logits + i, share * exponential(load(logits + i) - max));
        for (; i < columns; i++) logits[i] = share * exponential(all(logits[i] - max))[0];
        logits[labels[row]] -= scale;
    }
}
