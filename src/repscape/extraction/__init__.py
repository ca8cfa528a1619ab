"""Hidden states out of any torch model: which places, read in one forward pass, pooled on the device."""
