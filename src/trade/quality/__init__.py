"""What is wrong with what is stored: checks, known gaps, and healing from the exchange."""
