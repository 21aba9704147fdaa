// The first test of StrictJSON replaces this file.
