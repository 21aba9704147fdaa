#define _GNU_SOURCE
#include "include/workers.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

/* Rounds of waiting awake: about 200 µs, then a sleeper lets others have the core. */
enum { AWAKE_ROUNDS = 8000, MAXIMUM_WORKERS = 256 };

/* The one global of these kernels: threads outlive a call. */
static struct {
    pthread_once_t started;
    /* no more threads than this, unless it is 0 */
    atomic_int bound;
    int count;
    /* held by the one caller whose work is shared */
    pthread_mutex_t caller;
    void (*piece)(void *context, long index);
    void *context;
    long total;
    /* pieces that nobody has taken; a thread that takes one may read the fields above, which stay until it has `finished` */
    _Alignas(64) atomic_long left;
    _Alignas(64) atomic_long finished;
    _Alignas(64) atomic_int asleep;
    pthread_mutex_t bed;
    pthread_cond_t alarm;
} crew = {
    .started = PTHREAD_ONCE_INIT,
    .caller = PTHREAD_MUTEX_INITIALIZER,
    .bed = PTHREAD_MUTEX_INITIALIZER,
    .alarm = PTHREAD_COND_INITIALIZER,
};

static inline void breathe(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int take_piece(void) {
    long left = atomic_load_explicit(&crew.left, memory_order_relaxed);
    while (left > 0)
        if (atomic_compare_exchange_weak_explicit(
                &crew.left, &left, left - 1, memory_order_acquire, memory_order_relaxed)) {
            crew.piece(crew.context, crew.total - left);
            atomic_fetch_add_explicit(&crew.finished, 1, memory_order_release);
            return 1;
        }
    return 0;
}

static void sleep_until_called(void) {
    pthread_mutex_lock(&crew.bed);
    atomic_fetch_add(&crew.asleep, 1);
    while (atomic_load(&crew.left) == 0) pthread_cond_wait(&crew.alarm, &crew.bed);
    atomic_fetch_sub(&crew.asleep, 1);
    pthread_mutex_unlock(&crew.bed);
}

static void *work(void *unused) {
    (void)unused;
    for (;;) {
        int rounds = 0;
        while (rounds < AWAKE_ROUNDS)
            if (take_piece()) rounds = 0;
            else breathe(), rounds++;
        sleep_until_called();
    }
    return NULL;
}

static int cores(void) {
    cpu_set_t set;
    const int allowed = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : (int)sysconf(_SC_NPROCESSORS_ONLN);
    const int bound = atomic_load(&crew.bound), least = bound > 0 && bound < allowed ? bound : allowed;
    return least < 1 ? 1 : least > MAXIMUM_WORKERS ? MAXIMUM_WORKERS : least;
}

/* A thread that cannot be had is done without. */
static void start(void) {
    const int wanted = cores();
    pthread_attr_t attributes;
    sigset_t all, before;
    /* signals are for the threads that know what to do with them */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    crew.count = 1;
    for (int i = 1; i < wanted; i++) {
        pthread_t thread;
        if (pthread_create(&thread, &attributes, work, NULL) != 0) break;
        crew.count++;
    }
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static int worker_count(void) {
    pthread_once(&crew.started, start);
    return crew.count;
}

void lora_bound_workers(int count) { atomic_store(&crew.bound, count); }

void lora_share_work(long count, void (*piece)(void *context, long index), void *context) {
    if (count < 2 || worker_count() < 2 || pthread_mutex_trylock(&crew.caller) != 0) {
        for (long index = 0; index < count; index++) piece(context, index);
        return;
    }
    crew.piece = piece;
    crew.context = context;
    crew.total = count;
    atomic_store(&crew.finished, 0);
    atomic_store(&crew.left, count);
    if (atomic_load(&crew.asleep) > 0) {
        pthread_mutex_lock(&crew.bed);
        pthread_cond_broadcast(&crew.alarm);
        pthread_mutex_unlock(&crew.bed);
    }
    while (take_piece()) {}
    for (long rounds = 0; atomic_load_explicit(&crew.finished, memory_order_acquire) < count; rounds++) {
        breathe();
        /* whoever still works may be waiting for this core */
        if (rounds >= AWAKE_ROUNDS) sched_yield();
    }
    pthread_mutex_unlock(&crew.caller);
}
