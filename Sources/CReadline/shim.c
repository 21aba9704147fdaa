#include "CReadline.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* A signal handler and readline's callbacks take no context, so these few values must live here. */
static volatile sig_atomic_t interrupted = 0;
static volatile sig_atomic_t at_prompt = 0;
static bool abandoned = false;
static const char *fresh_prompt = "";
static lora_completer complete_word = NULL;
enum { most_candidates = 512 };
static char *candidates[most_candidates];
static int candidate_count = 0;

static void note_interrupt(int signal_number) {
    /* Whoever does not heed the first Ctrl-C is ended by the second; at the prompt there is nothing to end. */
    if (interrupted && !at_prompt) {
        signal(signal_number, SIG_DFL);
        raise(signal_number); /* pending until this handler returns */
    }
    interrupted = 1;
}

void lora_interrupts_catch(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note_interrupt;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, NULL);
    /* Whoever started the program from a thread that blocks signals has passed that on; Ctrl-C must arrive all the same. */
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(SIG_UNBLOCK, &interrupt, NULL);
}

int lora_interrupts_pending(void) { return interrupted != 0; }

void lora_interrupts_clear(void) { interrupted = 0; }

static char *next_candidate(const char *text, int state) {
    static int next;
    (void)text;
    if (state == 0) next = 0;
    return next < candidate_count ? candidates[next++] : NULL;
}

static char **attempt_completion(const char *text, int start, int end) {
    (void)end;
    rl_attempted_completion_over = 1; /* never fall back to file names behind the completer's back */
    if (complete_word == NULL) return NULL;
    candidate_count = complete_word(text, start, rl_line_buffer, candidates, most_candidates);
    /* a completed folder is not a finished word: no blank after it */
    char last = candidate_count == 1 ? candidates[0][strlen(candidates[0]) - 1] : ' ';
    rl_completion_append_character = last == '/' ? '\0' : ' ';
    return candidate_count > 0 ? rl_completion_matches(text, next_candidate) : NULL;
}

/* readline tells its signal hook only of signals that interrupt its wait for a key; one that arrives while a key is being dealt with is
 * noticed by the event hook, which readline calls while it waits. */
static int abandon_line_when_interrupted(void) {
    if (interrupted) {
        interrupted = 0;
        abandoned = true;
        rl_set_prompt(fresh_prompt);
        rl_replace_line("", 0);
        rl_crlf();
        rl_on_new_line();
        rl_forced_update_display();
        fflush(rl_outstream);
    }
    return 0;
}

void lora_readline_prepare(lora_completer completer) {
    complete_word = completer;
    rl_readline_name = "lora";
    rl_attempted_completion_function = attempt_completion;
    rl_completer_word_break_characters = " \t\"'";
    rl_signal_event_hook = abandon_line_when_interrupted;
    rl_event_hook = abandon_line_when_interrupted;
}

char *lora_read_line(const char *prompt, const char *fresh) {
    abandoned = false;
    fresh_prompt = fresh;
    at_prompt = 1;
    interrupted = 0;
    char *line = readline(prompt);
    interrupted = 0;
    at_prompt = 0;
    return line;
}

bool lora_line_was_abandoned(void) { return abandoned; }
