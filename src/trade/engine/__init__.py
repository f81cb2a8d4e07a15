"""The compiled loop over base bars that drives the simulated exchange."""
