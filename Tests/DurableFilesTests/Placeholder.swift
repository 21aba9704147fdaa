// The first test of DurableFiles replaces this file.
