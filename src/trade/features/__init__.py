"""Which columns from which kernels, each computed once."""
