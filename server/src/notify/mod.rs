//! Mail: what it says and how it is sent.
