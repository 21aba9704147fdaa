// The first test of Training replaces this file.
