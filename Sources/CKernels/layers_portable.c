/* four lanes: SSE2 on x86, NEON on ARM */
#define LANES 4
#define SUFFIX portable
#include "layer_paths.h"
#include "layer_bodies.h"
