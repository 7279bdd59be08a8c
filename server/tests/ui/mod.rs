//! The portal as people see it.
