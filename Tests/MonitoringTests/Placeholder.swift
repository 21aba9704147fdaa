// The first test of Monitoring replaces this file.
