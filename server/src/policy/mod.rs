//! The policy: who may run what, and who has to agree first.
