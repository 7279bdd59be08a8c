//! Configuration: one TOML file, every key overridable by the environment.
