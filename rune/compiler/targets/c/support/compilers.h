/*
 * gcc 12 and 13 leave out calls. They may count through two arrays of one memory by one number and write the second's
 * address as a sum that begins at 0; a later pass takes that for a null pointer's use, which never goes on, and so the
 * function for one without effects. Where null pointers mean nothing special it does not.
 * And gcc makes calls of memset and memmove of loops: a bare machine may have neither.
 */
#if defined(__GNUC__) && __GNUC__ >= 12 && !defined(__clang__)
#pragma GCC optimize("no-delete-null-pointer-checks", "no-tree-loop-distribute-patterns")
#endif
