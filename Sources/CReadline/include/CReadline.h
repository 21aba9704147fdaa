#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <readline/history.h>
#include <readline/readline.h>

/* Completion: called with the word being completed, its start in the line and the whole line; fills at most `capacity`
   malloc'ed strings and returns how many. */
typedef int (*lora_completer)(const char *word, int start, const char *line, char **candidates, int capacity);

/* Prepares readline for a session: completion, and Ctrl-C that abandons the typed line. */
void lora_readline_prepare(lora_completer completer);

/* Reads a line as `readline` does; any number of Ctrl-C abandons what was typed, and what came before it: `fresh` then prompts. */
char *lora_read_line(const char *prompt, const char *fresh);

/* Whether Ctrl-C came while the last line was typed, or is being typed now. */
bool lora_line_was_abandoned(void);

/* Makes SIGINT set a flag instead of ending the process; the next one, while the flag is set, ends it. */
void lora_interrupts_catch(void);

/* Whether SIGINT has arrived since the flag was cleared. */
int lora_interrupts_pending(void);
void lora_interrupts_clear(void);
