// The first test of Adapters replaces this file.
