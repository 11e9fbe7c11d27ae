"""What is measured of the compiler: reading models, building them, the code that they become."""
