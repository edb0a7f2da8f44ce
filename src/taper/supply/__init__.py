"""Supply: how much of which product, in which fills, from which shelf."""
