// The first source of Monitoring replaces this file.
