"""Search: candidates of a recipe, counted by the compiler before anything is trained."""
