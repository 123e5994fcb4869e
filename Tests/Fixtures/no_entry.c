/* no_entry.c: a library that is no plugin. */
int fixture_answer(void);
int fixture_answer(void) { return 42; }
