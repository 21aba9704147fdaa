/* four lanes: SSE2 on x86, NEON on ARM */
#include <math.h>
#include <string.h>

#define LANES 4
#define SUFFIX portable
#include "brain_paths.h"

#include "brain_bodies.h"
