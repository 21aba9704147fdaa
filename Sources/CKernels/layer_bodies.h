/* every layer kernel, for the path that LANES and SUFFIX name */
#include "include/attention.h"
#include "vector.h"

#include "rmsnorm.h"
#include "swiglu.h"
#include "crossentropy.h"
#include "attention_forward.h"
#include "attention_backward.h"
