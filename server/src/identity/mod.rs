//! Sign-in of humans and proof of agents.
