// The first test of StrictYAML replaces this file.
