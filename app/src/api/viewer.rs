//! Who is looking.

use domain::{Role, Timestamp};
use serde::{Deserialize, Serialize};

/// The person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// Display name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// How they signed in, as the frame says it: `OpenID Connect, accounts.example.com`.
    pub signed_in_with: String,
    /// When they signed in.
    pub signed_in_at: Timestamp,
    /// Approvals that wait for this person.
    pub pending: u32,
    /// The program's clock at this request.
    pub now: Timestamp,
    /// On every form of this session; says nothing about the person.
    pub form_token: String,
}

impl Viewer {
    /// Whether they hold a role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}
