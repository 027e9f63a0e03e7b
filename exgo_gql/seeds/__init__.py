"""What a fresh database is filled with: reference data, a demonstration, and data for benchmarks."""
