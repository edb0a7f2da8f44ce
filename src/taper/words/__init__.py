"""Words: what is said of a dose, a step and an end, in words that every format shares."""
