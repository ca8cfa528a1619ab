"""The published studies: one .toml and one module of steps each."""
