#pragma once

/* The threads that share kernels' work: one for each core the process may use, the caller of the moment among them. They wait
 * awake for about 200 microseconds, longer than the next piece of a training step is usually away, and asleep after that. */

/// No more than so many threads, the caller among them; says nothing once work has been shared.
void lora_bound_workers(int count);

/// Calls piece(context, index) for each index below count, from several threads at once, and returns when all have returned.
///
/// A call from within a piece, or while another thread's call is at work, runs in order on the calling thread.
void lora_share_work(long count, void (*piece)(void *context, long index), void *context);
