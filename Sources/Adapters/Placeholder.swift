// The first source of Adapters replaces this file.
