//! The portal as people see it: what is shown to whom, and the replay.

mod replay;
mod visibility;
